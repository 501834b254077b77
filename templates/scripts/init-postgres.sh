#!/bin/sh
# Runs once, when the data directory is made: the app's own role without superuser, and its own database.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc -U "$POSTGRES_USER" -d postgres \
  --set user="$APP_USER" --set database="$APP_DATABASE" <<'SQL'
-- The password is in no log, whatever is logged, and in no list of processes or statements.
SET log_statement = none;
SET log_min_duration_statement = -1;
SET log_min_error_statement = panic;
SET pg_stat_statements.track_utility = off;
\set password `cat "$APP_PASSWORD_FILE"`
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
