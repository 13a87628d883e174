#!/bin/sh
# Run once by the database container: the application's role, which is no superuser.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv password DATABASE_PASSWORD
CREATE ROLE hazardmap LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE hazardmap OWNER hazardmap;
\connect hazardmap
CREATE EXTENSION IF NOT EXISTS postgis;
SQL
