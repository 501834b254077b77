#!/bin/sh
# The hook before a server of the set is stopped: a primary hands over first. Without it nobody could write for seven
# seconds; with a bare `sentinel failover` the old primary went on to accept writes that were lost.
# In: as start.sh. It never fails: the server is stopped in any case.
me=$POD_NAME.$HEADLESS
client=redis-cli
if command -v valkey-cli >/dev/null; then client=valkey-cli; fi
ask() {
  timeout 2 "$client" -h "$@" 2>/dev/null
}
[ "`ask 127.0.0.1 role | head -n 1`" = master ] || exit 0
ask 127.0.0.1 client pause 20000 write
# Another member's Sentinel: this pod's own is being stopped too.
for member in $MEMBERS; do
  [ "$member" != "$POD_NAME" ] || continue
  [ "`ask "$member.$HEADLESS" -p 26379 sentinel failover mymaster`" != OK ] || break
done
# Until all that answer agree on another primary: one that lags would call a second failover.
for try in `seq 60`; do
  all=yes any=
  for member in $MEMBERS; do
    [ "$member" != "$POD_NAME" ] || continue
    primary=`ask "$member.$HEADLESS" -p 26379 sentinel get-master-addr-by-name mymaster | head -n 1`
    case $primary in
      '') ;;
      "$me") all= ;;
      *) any=yes ;;
    esac
  done
  if [ "$all$any" = yesyes ]; then
    echo "handed over after $try looks"
    exit 0
  fi
  sleep 0.25
done
exit 0
