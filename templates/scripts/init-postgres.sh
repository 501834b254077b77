#!/bin/sh
# Runs once, when the data directory is made: the app's own role without superuser, and its own database.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d postgres \
  --set user="$APP_USER" --set database="$APP_DATABASE" --set password="`cat "$APP_PASSWORD_FILE"`" <<'SQL'
CREATE ROLE :"user" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE DATABASE :"database" OWNER :"user";
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
SQL
# Not named *.sql, which the image's entrypoint would run itself, as the superuser.
sql=/docker-entrypoint-initdb.d/app.sql.once
if [ -e "$sql" ]; then
  { echo 'SET ROLE :"user";'; cat "$sql"; } |
    psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d "$APP_DATABASE" --set user="$APP_USER"
fi
