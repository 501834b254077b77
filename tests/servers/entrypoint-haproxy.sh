#!/bin/sh
# As docker-entrypoint.sh of the haproxy image (docker-library/haproxy).
set -e
if [ "${1#-}" != "$1" ]; then
  set -- haproxy "$@"
fi
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
