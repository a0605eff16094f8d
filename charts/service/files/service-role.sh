#!/bin/sh
# Makes the service's role in a database that another one owns. The official image of PostgreSQL runs this when it has
# made the database; ours makes the role by itself, at each start.
psql --no-psqlrc --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 <<'SQL'
\set database `echo "$POSTGRES_DB"`
\set role `echo "$POSTGRES_SERVICE_USER"`
\set password `read -r word <"$POSTGRES_SERVICE_PASSWORD_FILE"; printf %s "$word"`
CREATE ROLE :"role" LOGIN PASSWORD :'password';
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO :"role";
SQL
