#!/bin/bash
# As docker-entrypoint.sh of the postgres image (docker-library/postgres), for a user that is not root: what it does
# and in which order; not emulated are nss_wrapper, POSTGRES_INITDB_WALDIR and compressed init files.
set -Eeo pipefail
if [ "${1:0:1}" = - ] || [ $# -eq 0 ]; then set -- postgres "$@"; fi
mkdir -p "$PGDATA"
chmod 00700 "$PGDATA" || :
mkdir -p /var/run/postgresql || :
chmod 03775 /var/run/postgresql || :
if [ -s "$PGDATA/PG_VERSION" ]; then
  echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
  exec "$@"
fi
if [ "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_PASSWORD_FILE" ]; then echo 'both are set' >&2; exit 1; fi
if [ "$POSTGRES_PASSWORD_FILE" ]; then POSTGRES_PASSWORD=$(< "$POSTGRES_PASSWORD_FILE"); fi
if [ -z "$POSTGRES_PASSWORD" ]; then echo 'superuser password is not specified' >&2; exit 1; fi
ls /docker-entrypoint-initdb.d/ > /dev/null
eval 'initdb --username="$POSTGRES_USER" --pwfile=<(printf "%s\n" "$POSTGRES_PASSWORD") '"$POSTGRES_INITDB_ARGS"
printf '\nhost all all all %s\n' "$(postgres -C password_encryption "${@:2}")" >> "$PGDATA/pg_hba.conf"
export PGPASSWORD="$POSTGRES_PASSWORD"
temporary=("$@" -c listen_addresses= -p 5432)
pg_ctl -D "$PGDATA" -o "$(printf '%q ' "${temporary[@]:1}")" -w start
for file in /docker-entrypoint-initdb.d/*; do
  case $file in
    *.sh) echo "running $file"; if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
    *.sql) psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc -f "$file" ;;
    *) echo "ignoring $file" ;;
  esac
done
pg_ctl -D "$PGDATA" -m fast -w stop
unset PGPASSWORD
echo 'PostgreSQL init process complete; ready for start up.'
exec "$@"
