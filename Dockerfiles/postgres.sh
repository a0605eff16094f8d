#!/bin/sh
# Starts PostgreSQL with one database for one service; the arguments are the server's own.
#   POSTGRES_USER       the role that owns the database, and is no superuser
#   POSTGRES_DB         the database
#   POSTGRES_PASSWORD   its password (or POSTGRES_PASSWORD_FILE), set anew at each start
#   POSTGRES_SERVICE_USER, POSTGRES_SERVICE_PASSWORD (or _FILE)    when given, another role, that may only connect to
#                       the database: what else it may do, the owner grants
#   PGDATA              where the data is; made at the first start
# The names are those of the official image, so that one can take the other's place.
set -eu

fail() { echo "postgres: $*" >&2; exit 2; }

if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then
  read -r POSTGRES_PASSWORD <"$POSTGRES_PASSWORD_FILE" || [ -n "$POSTGRES_PASSWORD" ] ||
    fail "$POSTGRES_PASSWORD_FILE is empty"
fi
if [ -n "${POSTGRES_SERVICE_PASSWORD_FILE:-}" ]; then
  read -r POSTGRES_SERVICE_PASSWORD <"$POSTGRES_SERVICE_PASSWORD_FILE" || [ -n "$POSTGRES_SERVICE_PASSWORD" ] ||
    fail "$POSTGRES_SERVICE_PASSWORD_FILE is empty"
fi
for name in POSTGRES_USER POSTGRES_DB POSTGRES_PASSWORD ${POSTGRES_SERVICE_USER:+POSTGRES_SERVICE_PASSWORD}; do
  eval "[ -n \"\${$name:-}\" ]" || fail "$name is not set"
done
service=${POSTGRES_SERVICE_USER:-$POSTGRES_USER}
# A name becomes SQL and a path: letters, digits, _ and - only.
for name in "$POSTGRES_USER" "$POSTGRES_DB" "$service"; do
  case $name in *[!a-zA-Z0-9_-]*) fail "\"$name\" is no name for a role or a database" ;; esac
done

# Runs SQL, one statement a line, on data that no server is using.
sql() { postgres --single -D "$1" -c log_min_messages=error -c exit_on_error=true "$2" >/dev/null; }
# The statements that make a role unless it is there, and give it this password.
role() { # NAME PASSWORD
  echo "DO \$do\$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$1') THEN CREATE ROLE \"$1\"; END IF; END \$do\$"
  echo "ALTER ROLE \"$1\" LOGIN PASSWORD '$(echo "$2" | sed "s/'/''/g")'"
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Made beside its place and moved there when it is whole, so that a start cut short begins again.
  new=$PGDATA.new
  rm -rf "$new"
  initdb --pgdata="$new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --auth=peer --no-instructions >/dev/null
  sql "$new" postgres <<EOF
CREATE DATABASE "$POSTGRES_DB"
REVOKE ALL ON DATABASE "$POSTGRES_DB" FROM PUBLIC
EOF
  rm -rf "$PGDATA"
  mv "$new" "$PGDATA"
fi

# What a killed server left. Alone in its container, this is sure that none runs; PostgreSQL takes the process of that
# number, which is this script, for one.
[ $$ != 1 ] || rm -f "$PGDATA/postmaster.pid"
# A volume that was mounted again may have been opened to its group, which PostgreSQL refuses.
chmod 700 "$PGDATA"
# Over the network only these roles, only this database, only by password. The superuser has no password and is
# reached from inside the container alone.
{
  echo "local all all peer map=inside"
  echo "host \"$POSTGRES_DB\" \"$POSTGRES_USER\",\"$service\" all scram-sha-256"
} >"$PGDATA/pg_hba.conf"
for name in postgres "$POSTGRES_USER" "$service"; do echo "inside postgres \"$name\""; done >"$PGDATA/pg_ident.conf"
{
  role "$POSTGRES_USER" "$POSTGRES_PASSWORD"
  [ "$service" = "$POSTGRES_USER" ] || role "$service" "$POSTGRES_SERVICE_PASSWORD"
  echo "ALTER DATABASE \"$POSTGRES_DB\" OWNER TO \"$POSTGRES_USER\""
  echo "GRANT CONNECT ON DATABASE \"$POSTGRES_DB\" TO \"$service\""
} | sql "$PGDATA" postgres
unset POSTGRES_PASSWORD POSTGRES_SERVICE_PASSWORD

exec postgres -D "$PGDATA" \
  -c listen_addresses='*' -c unix_socket_directories=/run/postgresql \
  -c password_encryption=scram-sha-256 -c jit=off "$@"
