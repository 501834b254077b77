#!/bin/sh
# start.sh redis ARGUMENT...: starts a server of a set that Sentinel watches, as primary or as replica.
# start.sh sentinel: starts the Sentinel beside it.
# It is the containers' command, so that it runs whenever one of them starts: decided in an init container, a restarted
# primary was a second one for ten seconds.
# In: MEMBERS (names of the pods), POD_NAME, HEADLESS (their domain), QUORUM; REDIS_PASSWORD where there is one.
set -eu
umask 077
me=$POD_NAME.$HEADLESS
# shellcheck disable=SC2003 # two parentheses after a dollar look like a variable of Kubernetes'
others=`expr "$QUORUM" - 1`
conf=/data/conf
server=redis-server client=redis-cli
if command -v valkey-server >/dev/null; then server=valkey-server client=valkey-cli; fi

# What the other members' Sentinels say, and what this one's said last: config epoch, 1 if it is another member, primary,
# 1 if they miss it. The address is that of a promoted replica as soon as a failover has chosen one; `sentinel master`
# only has it at the end. A Sentinel that has had no answer for three of its five seconds may not get one in time.
views() {
  for member in $MEMBERS; do
    [ "$member" != "$POD_NAME" ] || continue
    printf '%s\n' 'sentinel get-master-addr-by-name mymaster' 'sentinel master mymaster' |
      timeout 3 "$client" -h "$member.$HEADLESS" -p 26379 2>/dev/null |
      awk -v me="$me" '
        NR == 1 { primary = $0 }
        { value[key] = $0; key = $0 }
        END {
          missed = value["flags"] ~ /down|failover/ || value["last-ok-ping-reply"] + 0 > 3000
          if (value["num-slaves"] + 0 == 0) missed = 0
          if ("config-epoch" in value) print value["config-epoch"], primary != me, primary, missed
        }' || :
  done
}
own_view() {
  [ ! -e "$conf/sentinel.conf" ] ||
    awk -v me="$me" '
      $1 == "sentinel" && $2 == "monitor" { primary = $4 }
      $1 == "sentinel" && $2 == "config-epoch" { epoch = $4 }
      END { if (primary != "") print epoch + 0, primary != me, primary }' "$conf/sentinel.conf"
}
# The newest view wins; of two as new as each other, the one that does not make this member primary.
newest() {
  sort -k1,1nr -k2,2nr | head -n 1 | cut -d ' ' -f 3
}

# The primary as far as can be known. After an outage of all members the others' Sentinels are waited for: a primary that
# missed the last failover would else come back as primary, and the others' newer data would be replaced by its own. And a
# primary that is being replaced must not come back as one before that is over: for a second two would accept writes.
elect() {
  for try in `seq 30`; do
    seen=`views`
    if [ "`printf '%s' "$seen" | grep -c '^'`" -lt "$others" ]; then
      echo "waiting for other members' Sentinels ($try of 30)" >&2
    elif [ "`printf '%s\n' "$seen" | newest`" = "$me" ] && printf '%s\n' "$seen" | grep -q ' 1$'; then
      echo "waiting for other members' Sentinels to replace this primary ($try of 30)" >&2
    else
      break
    fi
    sleep 1
  done
  { printf '%s\n' "$seen" | grep . || :; own_view; } | newest
}

# Whether no other member has a key that an empty primary would make it delete. No answer is no such thing.
others_are_empty() {
  for member in $MEMBERS; do
    [ "$member" != "$POD_NAME" ] || continue
    said=`timeout 3 "$client" -h "$member.$HEADLESS" info keyspace 2>/dev/null` || return 1
    case $said in *keys=*) return 1 ;; '# Keyspace'*) ;; *) return 1 ;; esac
  done
}
is_empty() {
  [ -z "`find /data -maxdepth 2 -name '*.aof*' 2>/dev/null | head -n 1`" ]
}

mkdir -p "$conf"
if [ "$1" = redis ]; then
  shift
  rm -f "$conf/joined"
  primary=`elect`
  primary=${primary:-${MEMBERS%% *}.$HEADLESS}
  # The primary, but its data is gone: replicas would empty themselves to be like it. While it does not answer, Sentinel
  # makes one of them the primary.
  if [ "$primary" = "$me" ] && is_empty; then
    for try in `seq 60`; do
      if others_are_empty; then break; fi
      echo "no data here, but perhaps in other members: waiting for a failover ($try of 60)"
      sleep 1
      newer=`views | newest`
      if [ -n "$newer" ] && [ "$newer" != "$me" ]; then primary=$newer; break; fi
    done
  fi
  {
    printf '%s\n' 'port 6379' 'protected-mode no' 'dir /data' "replica-announce-ip $me" 'replica-announce-port 6379'
    [ "$primary" = "$me" ] || echo "replicaof $primary 6379"
  } >"$conf/redis.conf"
  echo "the primary is $primary"
  # The image's entrypoint loads its modules.
  entrypoint=`command -v docker-entrypoint.sh` || entrypoint=
  exec ${entrypoint:+"$entrypoint"} "$server" "$conf/redis.conf" "$@"
fi

# In the quotes of redis.conf. (Not between backticks, where two backslashes are one.)
quoted() {
  printf '%s\n' "$1" | sed 's/[\\"]/\\&/g; s/.*/"&"/'
}
if [ -e "$conf/sentinel.conf" ]; then
  # Who it is and what it knows stays. Passwords are written anew: Redis' Sentinel writes them back without quotes, and
  # then cannot read its own file.
  grep -vE '^(requirepass|user|port|protected-mode|sentinel (auth-pass|sentinel-pass)) ' "$conf/sentinel.conf" |
    sed "s/^\(sentinel monitor mymaster [^ ]* [^ ]*\) .*/\1 $QUORUM/" >"$conf/sentinel.new"
else
  primary=`views | newest`
  cat >"$conf/sentinel.new" <<END
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $me
sentinel announce-port 26379
sentinel monitor mymaster ${primary:-${MEMBERS%% *}.$HEADLESS} 6379 $QUORUM
sentinel down-after-milliseconds mymaster 5000
sentinel failover-timeout mymaster 60000
sentinel parallel-syncs mymaster 1
END
fi
printf '%s\n' 'port 26379' 'protected-mode no' >>"$conf/sentinel.new"
if [ -n "${REDIS_PASSWORD-}" ]; then
  password=`quoted "$REDIS_PASSWORD"`
  printf '%s %s\n' requirepass "$password" 'sentinel sentinel-pass' "$password" 'sentinel auth-pass mymaster' "$password" \
    >>"$conf/sentinel.new"
fi
mv "$conf/sentinel.new" "$conf/sentinel.conf"
exec "$server" "$conf/sentinel.conf" --sentinel
