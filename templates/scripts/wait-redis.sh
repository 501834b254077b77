# Waits until Redis answers PONG; 150 tries, 2 s apart. The client exits 0 on errors of the server, so its words count.
client=redis-cli
if command -v valkey-cli >/dev/null; then client=valkey-cli; fi
for try in `seq 150`; do
  if [ -n "$URL" ]; then
    answer=`timeout 3 "$client" -u "$URL" ping 2>/dev/null`
  else
    answer=`timeout 3 "$client" -h "$HOST" -p "$PORT" ping 2>/dev/null`
  fi
  if [ "$answer" = PONG ]; then
    echo "$TARGET answers"
    exit 0
  fi
  echo "waiting for $TARGET ($try of 150): ${answer:-no answer}"
  sleep 2
done
echo "$TARGET did not answer"
exit 1
