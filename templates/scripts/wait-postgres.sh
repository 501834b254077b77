# Waits until PostgreSQL accepts connections; 150 tries, 2 s apart. Exit 2 of pg_isready is "no answer", 1 "starting".
for try in `seq 150`; do
  if [ -n "$URL" ]; then pg_isready -q -t 3 -d "$URL"; else pg_isready -q -t 3 -h "$HOST" -p "$PORT"; fi
  case $? in
    0) echo "$TARGET answers"; exit 0 ;;
    1) echo "waiting for $TARGET ($try of 150): it is starting" ;;
    3) echo "waiting for $TARGET: its address cannot be used"; exit 1 ;;
    *) echo "waiting for $TARGET ($try of 150): no answer" ;;
  esac
  sleep 2
done
echo "$TARGET did not answer"
exit 1
