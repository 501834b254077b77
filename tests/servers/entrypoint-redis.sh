#!/bin/sh
# As docker-entrypoint.sh of the redis and valkey images, for a user that is not root.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
  set -- redis-server "$@"
fi
if [ "$1" = redis-server ] && [ "$(umask)" = 0022 ]; then
  umask 0077
fi
exec "$@"
