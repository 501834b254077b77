# Waits until Redis answers PONG; 150 tries, 2 s apart. The client exits 0 on errors of the server, so its words count.
client=redis-cli
if command -v valkey-cli >/dev/null; then client=valkey-cli; fi
# Whether it answers does not depend on its certificate, whose authority only the app may have. To be asked for the
# password is an answer then: a server that nobody vouches for is not told it.
unknown=
case $URL in rediss://*)
  URL=${URL#rediss://}
  URL=rediss://${URL##*@}
  unknown=yes
esac
for try in `seq 150`; do
  if [ -n "$URL" ]; then
    answer=`timeout 3 "$client" ${unknown:+--insecure} -u "$URL" ping 2>/dev/null`
  else
    answer=`timeout 3 "$client" -h "$HOST" -p "$PORT" ping 2>/dev/null`
  fi
  case $unknown$answer in
    PONG | yesPONG | yesNOAUTH*) echo "$TARGET answers"; exit 0 ;;
  esac
  echo "waiting for $TARGET ($try of 150): ${answer:-no answer}"
  sleep 2
done
echo "$TARGET did not answer"
exit 1
