-- Owners, privileges and their grantors, defaults for later objects.
CREATE SCHEMA owned AUTHORIZATION app_owner; CREATE SCHEMA shared; REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO auditor; COMMENT ON SCHEMA public IS 'ours';
GRANT USAGE, CREATE ON SCHEMA shared TO app_owner WITH GRANT OPTION; GRANT USAGE ON SCHEMA owned TO auditor, tenant;
SET ROLE app_owner;
CREATE TABLE owned.t (a integer, b text, c text); INSERT INTO owned.t VALUES (1, 'x', 'y'); CREATE VIEW owned.v AS SELECT a FROM owned.t; CREATE SEQUENCE owned.s; CREATE FUNCTION owned.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE TYPE owned.e AS ENUM ('a'); CREATE MATERIALIZED VIEW owned.m AS SELECT count(*) FROM owned.t; CREATE PROCEDURE owned.p() LANGUAGE sql AS 'SELECT 1'; CREATE DOMAIN owned.d AS integer;
CREATE TABLE shared.made_by_owner (x serial PRIMARY KEY);
GRANT SELECT, INSERT ON owned.t TO auditor WITH GRANT OPTION; GRANT SELECT (a), UPDATE (b, c) ON owned.t TO tenant; GRANT ALL ON owned.v TO PUBLIC; GRANT USAGE ON SEQUENCE owned.s TO tenant; REVOKE EXECUTE ON FUNCTION owned.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION owned.f() TO auditor; GRANT TRIGGER, REFERENCES, TRUNCATE ON owned.t TO "Reader é ""quoted"" x.y"; REVOKE INSERT ON owned.t FROM app_owner;
REVOKE ALL ON TYPE owned.e FROM PUBLIC; GRANT SELECT (a) ON owned.v TO tenant; GRANT REFERENCES (a) ON owned.t TO auditor WITH GRANT OPTION; GRANT SELECT ON owned.m TO auditor; REVOKE ALL ON DOMAIN owned.d FROM PUBLIC;
RESET ROLE;
ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA owned GRANT SELECT ON TABLES TO auditor; ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT EXECUTE ON FUNCTIONS TO tenant; ALTER DEFAULT PRIVILEGES FOR ROLE app_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE app_owner GRANT USAGE ON SCHEMAS TO auditor; ALTER DEFAULT PRIVILEGES FOR ROLE app_owner IN SCHEMA shared GRANT UPDATE ON SEQUENCES TO tenant WITH GRANT OPTION;
-- After the defaults: what was made before must not get them, what is made now does.
SET ROLE app_owner; CREATE TABLE owned.after_defaults (x integer); CREATE FUNCTION shared.after_defaults() RETURNS integer LANGUAGE sql AS 'SELECT 2'; CREATE TABLE shared.without (x integer); RESET ROLE;
CREATE TABLE shared.of_the_superuser (x integer); GRANT SELECT ON shared.of_the_superuser TO auditor; GRANT ALL ON shared.of_the_superuser TO app_owner WITH GRANT OPTION; SELECT lo_create(77); ALTER LARGE OBJECT 77 OWNER TO app_owner; GRANT UPDATE ON LARGE OBJECT 77 TO tenant;
CREATE TABLE shared.given_away (x integer, y integer GENERATED ALWAYS AS IDENTITY); ALTER TABLE shared.given_away OWNER TO tenant; REVOKE ALL ON shared.given_away FROM tenant;
