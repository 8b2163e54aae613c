-- What a master that is no superuser cannot have, and what the policy leaves out of a copy. Names say which.
CREATE EXTENSION postgres_fdw; CREATE EXTENSION dblink;
CREATE TABLE kept (id integer PRIMARY KEY, v text); INSERT INTO kept SELECT n, 'v' FROM generate_series(1, 10) n;
CREATE PUBLICATION dropped_pub FOR TABLE kept WHERE (id > 1); CREATE PUBLICATION dropped_all FOR ALL TABLES; CREATE SUBSCRIPTION dropped_sub CONNECTION 'host=nowhere.invalid password=planted-secret-1' PUBLICATION p WITH (connect = false, slot_name = NONE); COMMENT ON PUBLICATION dropped_pub IS 'p';
CREATE FUNCTION kept_et() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$; CREATE EVENT TRIGGER dropped_et ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION kept_et(); ALTER EVENT TRIGGER dropped_et DISABLE;
CREATE FUNCTION failed_c(integer) RETURNS integer LANGUAGE internal IMMUTABLE AS 'int4abs'; CREATE FUNCTION failed_leakproof(integer) RETURNS integer LANGUAGE sql LEAKPROOF AS 'SELECT 1';
CREATE AGGREGATE failed_aggregate(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE OPERATOR FAMILY failed_family USING btree; CREATE OPERATOR CLASS failed_class FOR TYPE integer USING btree FAMILY failed_family AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE CAST (integer AS "char"[]) WITH INOUT;
CREATE ACCESS METHOD failed_am TYPE INDEX HANDLER bthandler; CREATE TABLE kept_other_am (x integer);
CREATE SERVER changed_server FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db.production.example', dbname 'live', port '5432'); CREATE USER MAPPING FOR app_owner SERVER changed_server OPTIONS (user 'u', password 'planted-secret-2'); CREATE USER MAPPING FOR PUBLIC SERVER changed_server; CREATE FOREIGN TABLE kept_ft (a integer, b text OPTIONS (column_name 'x')) SERVER changed_server OPTIONS (schema_name 's', table_name 't'); COMMENT ON EXTENSION dblink IS 'changed comment';
CREATE FOREIGN DATA WRAPPER failed_fdw;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO auditor; GRANT EXECUTE ON FUNCTION pg_catalog.pg_ls_dir(text) TO auditor;
