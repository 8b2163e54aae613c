import type { RuleId } from '../../../../lib/domain/recovery/policy-rules.ts';
import type { PolicyContext } from '../../../../lib/recovery/logical/policy/decision.ts';

/** One statement that a rule applies to, and a twin that it leaves alone. */
export interface RuleCase {
  rule: RuleId;
  sql: string;
  context?: Partial<PolicyContext>;
  /** Statements that stand before it in the dump. */
  before?: string[];
  /** What runs instead, when the rule rewrites. */
  becomes?: string | string[];
  /** A statement close by that another rule, or none, decides. */
  twin: string;
  twinContext?: Partial<PolicyContext>;
}

const renamed = { databaseName: { dump: 'shop', sandbox: 'drill_1' } };
const acl = {
  id: 9,
  type: 'ACL',
  schema: 'public',
  name: 'TABLE orders',
  owner: 'app',
  section: null,
  dependencies: null,
  statements: [],
};

export const ruleCases: RuleCase[] = [
  {
    rule: 'role-attributes',
    sql: "ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS PASSWORD 'SCRAM-SHA-256$x' VALID UNTIL 'infinity'",
    becomes:
      "ALTER ROLE app WITH INHERIT NOCREATEROLE NOCREATEDB LOGIN PASSWORD 'SCRAM-SHA-256$x' VALID UNTIL 'infinity'",
    twin: 'ALTER ROLE app WITH LOGIN',
  },
  {
    rule: 'role-attributes',
    sql: 'CREATE ROLE "ev""il SUPERUSER é" SUPERUSER LOGIN BYPASSRLS',
    becomes: 'CREATE ROLE "ev""il SUPERUSER é" LOGIN',
    twin: 'CREATE ROLE "superuser" LOGIN',
  },
  {
    rule: 'role-attributes',
    sql: 'CREATE USER nosuperuser NOSUPERUSER',
    becomes: 'CREATE USER nosuperuser',
    twin: 'CREATE USER nosuperuser',
  },
  {
    rule: 'role-attributes',
    sql: 'ALTER ROLE app WITH NOSUPERUSER NOREPLICATION',
    twin: 'ALTER ROLE app WITH NOINHERIT',
  },
  { rule: 'role-reserved', sql: 'CREATE ROLE postgres', twin: 'CREATE ROLE postgres2' },
  { rule: 'role-reserved', sql: 'ALTER ROLE master WITH NOLOGIN', twin: 'ALTER ROLE app WITH NOLOGIN' },
  { rule: 'role-reserved', sql: 'CREATE ROLE rds_superuser', twin: 'CREATE ROLE rdsapp' },
  {
    rule: 'role-reserved',
    sql: "ALTER ROLE postgres SET search_path TO 'x'",
    twin: "ALTER ROLE app SET search_path TO 'x'",
  },
  {
    rule: 'role-reserved',
    sql: 'ALTER GROUP pg_execute_server_program ADD USER app',
    twin: 'ALTER GROUP staff ADD USER app',
  },
  {
    rule: 'role-password',
    sql: "ALTER ROLE app PASSWORD 'SCRAM-SHA-256$4096:x'",
    twin: 'ALTER ROLE app NOLOGIN',
  },
  { rule: 'role-drop', sql: 'DROP ROLE IF EXISTS app', twin: 'DROP TABLE IF EXISTS app' },
  {
    rule: 'role-settings-everywhere',
    sql: "ALTER ROLE ALL SET work_mem TO '1MB'",
    twin: "ALTER ROLE app SET work_mem TO '1MB'",
  },
  {
    rule: 'membership-grantor',
    sql: 'GRANT "Staff" TO app WITH ADMIN OPTION GRANTED BY postgres',
    becomes: 'GRANT "Staff" TO "app" WITH ADMIN OPTION',
    twin: 'GRANT "Staff" TO app WITH ADMIN OPTION',
  },
  {
    rule: 'membership-grantor',
    sql: 'GRANT staff TO app WITH INHERIT TRUE GRANTED BY postgres',
    context: { targetMajor: 16 },
    becomes: 'GRANT "staff" TO "app" WITH INHERIT TRUE',
    twin: 'GRANT staff TO app WITH INHERIT TRUE',
    twinContext: { targetMajor: 16 },
  },
  {
    rule: 'membership-grantor',
    sql: 'REVOKE ADMIN OPTION FOR staff FROM app GRANTED BY x CASCADE',
    becomes: 'REVOKE ADMIN OPTION FOR "staff" FROM "app" CASCADE',
    twin: 'REVOKE staff FROM app',
  },
  {
    rule: 'membership-options',
    sql: 'GRANT staff TO app WITH ADMIN OPTION, INHERIT TRUE, SET FALSE GRANTED BY postgres',
    becomes: 'GRANT "staff" TO "app" WITH ADMIN OPTION',
    twin: 'GRANT staff TO app WITH ADMIN TRUE, INHERIT FALSE',
    twinContext: { targetMajor: 17 },
  },
  {
    rule: 'membership-options',
    sql: 'GRANT staff TO app WITH ADMIN FALSE, INHERIT TRUE',
    becomes: 'GRANT "staff" TO "app"',
    twin: 'GRANT staff TO app',
  },
  {
    rule: 'membership-predefined',
    sql: 'GRANT pg_monitor TO app',
    context: { targetMajor: 16 },
    twin: 'GRANT pg_monitor TO app',
  },
  {
    rule: 'membership-predefined',
    sql: 'GRANT pg_monitor, staff TO app',
    context: { targetMajor: 18 },
    becomes: ['GRANT "staff" TO "app"'],
    twin: 'GRANT pg_monitor, staff TO app',
  },
  {
    rule: 'membership-server-files',
    sql: 'GRANT pg_execute_server_program TO app',
    twin: 'GRANT pg_read_all_data TO app',
  },
  {
    rule: 'membership-server-files',
    sql: 'CREATE ROLE x IN ROLE pg_write_server_files',
    twin: 'CREATE ROLE x IN ROLE staff',
  },
  {
    rule: 'membership-withheld',
    sql: 'GRANT pg_signal_backend TO app',
    context: { superuserRoles: new Set(['pg_signal_backend']) },
    twin: 'GRANT pg_signal_backend TO app',
    twinContext: { targetMajor: 15 },
  },
  { rule: 'membership-bootstrap', sql: 'GRANT app TO postgres', twin: 'GRANT app TO staff' },
  { rule: 'membership-bootstrap', sql: 'GRANT master TO app', twin: 'GRANT staff TO app' },
  {
    rule: 'owner-kept',
    sql: 'ALTER TABLE public.orders OWNER TO app',
    twin: 'ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY',
  },
  {
    rule: 'owner-bootstrap',
    sql: 'CREATE SCHEMA app AUTHORIZATION postgres',
    becomes: 'CREATE SCHEMA app',
    twin: 'CREATE SCHEMA app AUTHORIZATION clerk',
  },
  {
    rule: 'owner-bootstrap',
    sql: 'ALTER FUNCTION a.f(integer, VARIADIC text[]) OWNER TO postgres',
    twin: 'ALTER FUNCTION a.f(integer, VARIADIC text[]) OWNER TO app',
  },
  {
    rule: 'owner-bootstrap',
    sql: 'ALTER TABLE public.orders OWNER TO master',
    twin: 'ALTER TABLE public.orders OWNER TO app',
  },
  {
    rule: 'owner-public-schema',
    sql: 'ALTER SCHEMA public OWNER TO app',
    context: { targetMajor: 14 },
    twin: 'ALTER SCHEMA public OWNER TO app',
  },
  {
    rule: 'owner-public-schema',
    sql: "COMMENT ON SCHEMA public IS 'x'",
    context: { targetMajor: 14 },
    twin: "COMMENT ON SCHEMA public IS 'x'",
  },
  {
    rule: 'grant-grantor',
    sql: 'GRANT SELECT ON TABLE é."x y" TO PUBLIC, app GRANTED BY owner',
    becomes: 'GRANT SELECT ON TABLE é."x y" TO PUBLIC, app',
    twin: 'GRANT SELECT ON TABLE é."x y" TO PUBLIC, app',
  },
  {
    rule: 'grant-bootstrap',
    sql: 'GRANT ALL ON TABLE public.orders TO postgres',
    twin: 'GRANT ALL ON TABLE public.orders TO app',
  },
  {
    rule: 'grant-bootstrap',
    sql: 'GRANT ALL ON TABLE public.orders TO postgres, app, rdsadmin, b WITH GRANT OPTION',
    becomes: 'GRANT ALL ON TABLE public.orders TO app, b WITH GRANT OPTION',
    twin: 'GRANT ALL ON TABLE public.orders TO PUBLIC',
  },
  {
    rule: 'grant-bootstrap',
    sql: 'REVOKE ALL ON TABLE x FROM app, postgres, master',
    becomes: 'REVOKE ALL ON TABLE x FROM app',
    twin: 'REVOKE ALL ON TABLE x FROM app',
  },
  {
    rule: 'grant-system-object',
    sql: 'GRANT ALL ON FUNCTION pg_catalog.pg_ls_dir(text) TO app',
    twin: 'GRANT ALL ON FUNCTION a.pg_ls_dir(text) TO app',
  },
  {
    rule: 'grant-system-object',
    sql: 'GRANT USAGE ON FOREIGN DATA WRAPPER f TO app',
    twin: 'GRANT USAGE ON FOREIGN SERVER f TO app',
  },
  {
    rule: 'grant-system-object',
    sql: 'GRANT SET ON PARAMETER log_statement TO app',
    twin: 'GRANT USAGE ON SCHEMA parameter TO app',
  },
  {
    rule: 'default-privileges-last',
    sql: 'ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT SELECT ON TABLES TO reader',
    twin: 'GRANT SELECT ON TABLE s.t TO reader',
  },
  {
    rule: 'default-privileges-bootstrap',
    sql: 'ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA s GRANT SELECT ON TABLES TO reader',
    becomes: 'ALTER DEFAULT PRIVILEGES FOR ROLE "master" IN SCHEMA s GRANT SELECT ON TABLES TO reader',
    twin: 'ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO reader',
  },
  { rule: 'session-authorization', sql: "SET SESSION AUTHORIZATION 'app'", twin: 'SET search_path = app' },
  { rule: 'session-authorization', sql: 'RESET SESSION AUTHORIZATION', twin: 'RESET search_path' },
  {
    rule: 'database-create',
    sql: "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE = 'de_DE.UTF-8'",
    twin: 'CREATE SCHEMA shop',
  },
  { rule: 'database-drop', sql: 'DROP DATABASE IF EXISTS shop', twin: 'DROP SCHEMA IF EXISTS shop' },
  {
    rule: 'database-name',
    sql: "ALTER DATABASE shop SET search_path TO 'x'",
    context: renamed,
    becomes: `ALTER DATABASE "drill_1" SET search_path TO 'x'`,
    twin: "ALTER DATABASE other SET search_path TO 'x'",
    twinContext: renamed,
  },
  {
    rule: 'database-name',
    sql: 'GRANT CONNECT ON DATABASE shop TO app',
    context: renamed,
    becomes: 'GRANT CONNECT ON DATABASE "drill_1" TO app',
    twin: 'GRANT CONNECT ON DATABASE shop TO app',
  },
  {
    rule: 'database-name',
    sql: 'ALTER DATABASE "shop" OWNER TO app',
    context: renamed,
    becomes: 'ALTER DATABASE "drill_1" OWNER TO app',
    twin: 'ALTER DATABASE "Shop" OWNER TO app',
    twinContext: renamed,
  },
  {
    rule: 'database-name',
    sql: 'ALTER ROLE app IN DATABASE shop SET work_mem = 64',
    context: renamed,
    becomes: 'ALTER ROLE app IN DATABASE "drill_1" SET work_mem = 64',
    twin: 'ALTER ROLE shop SET work_mem = 64',
    twinContext: renamed,
  },
  {
    rule: 'database-settings-last',
    sql: 'ALTER DATABASE shop SET default_transaction_read_only TO on',
    twin: 'ALTER ROLE app SET default_transaction_read_only TO on',
  },
  {
    rule: 'database-session-role',
    sql: 'ALTER DATABASE shop SET role TO app',
    twin: 'ALTER DATABASE shop SET search_path TO app',
  },
  {
    rule: 'database-owner-last',
    sql: 'ALTER DATABASE shop OWNER TO app',
    twin: 'ALTER SCHEMA shop OWNER TO app',
  },
  {
    rule: 'database-limits',
    sql: 'ALTER DATABASE shop CONNECTION LIMIT 3',
    twin: 'ALTER ROLE shop CONNECTION LIMIT 3',
  },
  {
    rule: 'database-limits',
    sql: 'ALTER DATABASE shop WITH ALLOW_CONNECTIONS false',
    twin: 'ALTER DATABASE shop WITH IS_TEMPLATE true',
  },
  {
    rule: 'database-system',
    sql: "ALTER DATABASE template1 SET work_mem TO '4MB'",
    twin: "ALTER DATABASE postgres SET work_mem TO '4MB'",
    twinContext: { databaseName: { dump: 'postgres', sandbox: 'drill_2' } },
  },
  {
    rule: 'setting-kept',
    sql: "SELECT pg_catalog.set_config('search_path', '', false)",
    twin: "SELECT pg_catalog.set_config('work_mem', '1', false)",
  },
  { rule: 'setting-kept', sql: 'SET row_security = off', twin: 'SET enable_seqscan = off' },
  { rule: 'setting-kept', sql: "SET default_tablespace = ''", twin: "SET default_tablespace = 'fast'" },
  {
    rule: 'setting-kept',
    sql: 'SET transaction_timeout = 0',
    context: { targetMajor: 17 },
    twin: 'SET transaction_timeout = 0',
  },
  {
    rule: 'setting-kept',
    sql: 'SET standard_conforming_strings = on',
    twin: 'SET standard_conforming_strings = off',
  },
  {
    rule: 'setting-kept',
    sql: 'SET default_table_access_method = heap',
    twin: 'SET default_table_access_method = columnar',
  },
  { rule: 'setting-skipped', sql: 'SET work_mem = -1', twin: 'SET client_encoding = utf8' },
  { rule: 'setting-skipped', sql: 'SET default_with_oids = false', twin: 'SET xmloption = content' },
  {
    rule: 'setting-unknown',
    sql: 'SET transaction_timeout = 0',
    context: { targetMajor: 16 },
    twin: 'SET statement_timeout = 0',
  },
  { rule: 'setting-superuser', sql: 'SET session_replication_role = replica', twin: 'SET lock_timeout = 0' },
  {
    rule: 'setting-superuser',
    sql: "ALTER ROLE app SET log_statement TO 'all'",
    twin: "ALTER ROLE app SET statement_timeout TO '1s'",
  },
  {
    rule: 'setting-custom',
    sql: "ALTER DATABASE shop SET app.tenant TO 'x'",
    twin: "ALTER DATABASE shop SET timezone TO 'UTC'",
  },
  {
    rule: 'string-syntax',
    before: ['SET standard_conforming_strings = off'],
    sql: String.raw`COMMENT ON TABLE t IS 'a\'`,
    twin: String.raw`COMMENT ON TABLE t IS 'a\'`,
  },
  {
    rule: 'string-syntax-kept',
    sql: "SELECT set_config('standard_conforming_strings', 'no', false)",
    twin: "SELECT set_config('standard_conforming_strings', 'on', false)",
  },
  { rule: 'role-change', sql: 'SET ROLE app', twin: 'RESET ROLE' },
  {
    rule: 'role-change',
    sql: "SELECT set_config('role', 'app', false)",
    twin: "SELECT set_config('role', 'none', false)",
  },
  { rule: 'transaction-control', sql: 'BEGIN', twin: 'ROLLBACK' },
  { rule: 'transaction-control', sql: 'SET CONSTRAINTS ALL DEFERRED', twin: 'SET search_path = a' },
  { rule: 'transaction-undo', sql: 'ROLLBACK TO SAVEPOINT a', twin: 'COMMIT' },
  { rule: 'transaction-undo', sql: "PREPARE TRANSACTION 'x'", twin: 'START TRANSACTION' },
  {
    rule: 'extension-unavailable',
    sql: 'CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public',
    twin: 'CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public',
  },
  {
    rule: 'extension-version',
    sql: "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public VERSION '1.1'",
    becomes: 'CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public',
    twin: 'CREATE EXTENSION hstore',
  },
  {
    rule: 'extension-change',
    sql: "ALTER EXTENSION hstore UPDATE TO '1.8'",
    twin: 'CREATE EXTENSION hstore',
  },
  {
    rule: 'extension-change',
    sql: 'DROP EXTENSION IF EXISTS plpgsql',
    twin: 'DROP DOMAIN IF EXISTS plpgsql',
  },
  {
    rule: 'server-extension',
    sql: 'CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog',
    twin: 'COPY cron.job (jobid) FROM stdin',
  },
  {
    rule: 'server-extension-schema',
    before: ['CREATE EXTENSION pg_cron'],
    sql: 'CREATE TABLE cron.mine (x integer)',
    becomes: ['CREATE SCHEMA IF NOT EXISTS "cron"', 'CREATE TABLE cron.mine (x integer)'],
    twin: 'CREATE TABLE cron.mine (x integer)',
  },
  {
    rule: 'language-present',
    sql: 'CREATE PROCEDURAL LANGUAGE plpgsql',
    twin: 'CREATE PROCEDURAL LANGUAGE plperl',
  },
  {
    rule: 'foreign-server',
    sql: "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (sslpassword 'hidden', host 'db.example', dbname 'x', port '5432', passfile '/x')",
    becomes:
      "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS ( host '127.0.0.1', dbname 'x', port '1')",
    twin: 'CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw',
  },
  {
    rule: 'foreign-server',
    sql: "CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (token 'hidden')",
    becomes: 'CREATE SERVER s FOREIGN DATA WRAPPER f',
    twin: "CREATE SERVER s FOREIGN DATA WRAPPER f OPTIONS (dbname 'x')",
  },
  {
    rule: 'foreign-server',
    sql: "ALTER SERVER s OPTIONS (ADD token 'hidden')",
    twin: 'ALTER SERVER s OPTIONS (DROP token)',
  },
  {
    rule: 'foreign-server',
    sql: "ALTER SERVER s OPTIONS (SET host 'db', ADD token 'hidden')",
    becomes: "ALTER SERVER s OPTIONS (SET host '127.0.0.1')",
    twin: 'ALTER SERVER s OWNER TO app',
  },
  {
    rule: 'user-mapping',
    sql: "CREATE USER MAPPING FOR app SERVER s OPTIONS (password 'hidden')",
    twin: 'CREATE SERVER s FOREIGN DATA WRAPPER f',
  },
  {
    rule: 'foreign-schema-import',
    sql: 'IMPORT FOREIGN SCHEMA a FROM SERVER s INTO b',
    twin: 'CREATE FOREIGN TABLE b.t (x int) SERVER s',
  },
  {
    rule: 'comment-not-ours',
    sql: "COMMENT ON EXTENSION hstore IS 'x'",
    twin: "COMMENT ON TABLE hstore IS 'x'",
  },
  { rule: 'comment-not-ours', sql: "COMMENT ON DATABASE shop IS 'x'", twin: "COMMENT ON ROLE shop IS 'x'" },
  {
    rule: 'security-label',
    sql: "SECURITY LABEL FOR anon ON COLUMN a.b IS 'x'",
    twin: "COMMENT ON COLUMN a.b IS 'x'",
  },
  {
    rule: 'replication',
    sql: "CREATE SUBSCRIPTION s CONNECTION 'host=a password=hidden' PUBLICATION p",
    twin: 'CREATE SEQUENCE s',
  },
  { rule: 'replication', sql: 'ALTER PUBLICATION p OWNER TO app', twin: 'ALTER TYPE p OWNER TO app' },
  {
    rule: 'event-trigger',
    sql: 'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()',
    twin: 'CREATE TRIGGER e AFTER INSERT ON t EXECUTE FUNCTION f()',
  },
  {
    rule: 'event-trigger-last',
    sql: 'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()',
    context: { eventTriggersAllowed: true },
    twin: 'CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()',
  },
  { rule: 'tablespace', sql: "CREATE TABLESPACE fast LOCATION '/ssd'", twin: 'CREATE SCHEMA fast' },
  {
    rule: 'tablespace',
    sql: 'ALTER INDEX a.i SET TABLESPACE fast',
    twin: 'ALTER INDEX a.i SET (fillfactor = 50)',
  },
  {
    rule: 'tablespace-clause',
    sql: 'CREATE INDEX ü ON a.t USING btree (tablespace) TABLESPACE "fa st" WHERE tablespace IS NOT NULL',
    becomes: 'CREATE INDEX ü ON a.t USING btree (tablespace) WHERE tablespace IS NOT NULL',
    twin: 'CREATE INDEX ü ON a.t (tablespace)',
  },
  {
    rule: 'tablespace-clause',
    sql: 'ALTER TABLE ONLY t ADD CONSTRAINT k PRIMARY KEY (x) USING INDEX TABLESPACE fast',
    becomes: 'ALTER TABLE ONLY t ADD CONSTRAINT k PRIMARY KEY (x)',
    twin: 'ALTER TABLE ONLY t ADD CONSTRAINT k PRIMARY KEY (x)',
  },
  {
    rule: 'tablespace-clause',
    sql: 'CREATE TABLE t (x int PRIMARY KEY USING INDEX TABLESPACE a) TABLESPACE b',
    becomes: 'CREATE TABLE t (x int PRIMARY KEY)',
    twin: 'CREATE TABLE tablespace (tablespace int)',
  },
  {
    rule: 'tablespace-clause',
    sql: 'CREATE MATERIALIZED VIEW m TABLESPACE b AS SELECT 1 WITH NO DATA',
    becomes: 'CREATE MATERIALIZED VIEW m AS SELECT 1 WITH NO DATA',
    twin: 'CREATE MATERIALIZED VIEW m AS SELECT 1 WITH NO DATA',
  },
  {
    rule: 'tablespace-clause',
    sql: 'ALTER TABLE t SET TABLESPACE fast, CLUSTER ON i',
    becomes: 'ALTER TABLE t CLUSTER ON i',
    twin: 'ALTER TABLE t CLUSTER ON i',
  },
  {
    rule: 'access-method',
    sql: 'SET default_table_access_method = columnar',
    twin: 'SET default_table_access_method = heap',
  },
  {
    rule: 'public-schema',
    sql: 'CREATE SCHEMA public',
    becomes: 'CREATE SCHEMA IF NOT EXISTS public',
    twin: 'CREATE SCHEMA publics',
  },
  { rule: 'public-schema-drop', sql: 'DROP SCHEMA IF EXISTS public', twin: 'DROP SCHEMA IF EXISTS app' },
  {
    rule: 'force-row-security-last',
    sql: 'ALTER TABLE ONLY t FORCE ROW LEVEL SECURITY',
    twin: 'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
  },
  {
    rule: 'all-triggers',
    sql: 'ALTER TABLE t DISABLE TRIGGER ALL',
    becomes: 'ALTER TABLE t DISABLE TRIGGER USER',
    twin: 'ALTER TABLE t DISABLE TRIGGER a',
  },
  {
    rule: 'superuser-object',
    sql: "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'f'",
    twin: "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'",
  },
  {
    rule: 'superuser-object',
    sql: 'CREATE TYPE t (INPUT = a, OUTPUT = b)',
    twin: 'CREATE TYPE t AS (a int)',
  },
  {
    rule: 'drop-if-exists',
    sql: 'DROP TABLE public.orders',
    becomes: 'DROP TABLE IF EXISTS public.orders',
    twin: 'DROP TABLE IF EXISTS public.orders',
  },
  {
    rule: 'drop-if-exists',
    sql: 'DROP TEXT SEARCH PARSER a.p',
    becomes: 'DROP TEXT SEARCH PARSER IF EXISTS a.p',
    twin: 'DROP TEXT SEARCH PARSER IF EXISTS a.p',
  },
  {
    rule: 'drop-if-exists',
    sql: 'ALTER TABLE ONLY public.t DROP CONSTRAINT k',
    becomes: 'ALTER TABLE IF EXISTS ONLY public.t DROP CONSTRAINT IF EXISTS k',
    twin: 'ALTER TABLE IF EXISTS ONLY public.t DROP CONSTRAINT IF EXISTS k',
  },
  {
    rule: 'drop-if-exists',
    sql: 'ALTER TABLE public.t ALTER COLUMN id DROP DEFAULT',
    becomes: 'ALTER TABLE IF EXISTS public.t ALTER COLUMN id DROP DEFAULT',
    twin: 'ALTER TABLE public.t ALTER COLUMN id SET DEFAULT 1',
  },
  {
    rule: 'large-object-unlink',
    sql: "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '12'",
    twin: "SELECT pg_catalog.lo_create('12')",
  },
  {
    rule: 'statistics-import',
    sql: "SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer, 'relation', 'a.b')",
    twin: "SELECT * FROM a.pg_restore_relation_stats('x')",
  },
  {
    rule: 'extension-marker',
    sql: "SELECT pg_catalog.pg_extension_config_dump('t', '')",
    twin: "SELECT a.pg_extension_config_dump('t', '')",
  },
  { rule: 'without-effect', sql: "SELECT 'done' AS status", twin: 'SELECT pg_sleep(1)' },
  { rule: 'without-effect', sql: '-- only a comment', twin: 'DO $$ begin end $$' },
  { rule: 'maintenance', sql: 'VACUUM ANALYZE', twin: 'CALL p()' },
  {
    rule: 'data-change',
    sql: 'UPDATE public.orders SET a = 1',
    twin: 'UPDATE pg_catalog.pg_database SET datallowconn = true',
  },
  { rule: 'data-change', sql: 'INSERT INTO a SELECT * FROM b', twin: "INSERT INTO a VALUES (1, 'x')" },
  { rule: 'unparsed', sql: 'CREATE WONDER TABLE t (a int)', twin: 'CREATE TABLE t (a int)' },
  { rule: 'copy-outside', sql: "COPY t FROM PROGRAM 'rm'", twin: 'COPY t FROM stdin' },
  { rule: 'copy-outside', sql: 'COPY t TO STDOUT', twin: 'COPY t FROM stdin' },
  { rule: 'copy-outside', sql: "COPY t FROM '/etc/passwd'", twin: 'COPY t FROM stdin' },
  {
    rule: 'server-configuration',
    sql: "ALTER SYSTEM SET archive_command = 'rm'",
    twin: 'ALTER TABLE system SET (fillfactor = 50)',
  },
  { rule: 'server-configuration', sql: "LOAD 'lib'", twin: 'LOCK TABLE lib' },
  {
    rule: 'code-execution',
    sql: 'DO $$ begin end $$',
    twin: 'CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ begin end $$',
  },
  {
    rule: 'unknown-function',
    sql: "SELECT dblink_exec('host=x', 'y')",
    twin: "SELECT pg_catalog.setval('s', 1, true)",
  },
  {
    rule: 'unknown-function',
    sql: "SELECT pg_catalog.setval('s', pg_sleep(1)::int)",
    twin: "SELECT setval('s', (SELECT max(id) FROM t))",
  },
  {
    rule: 'unknown-function',
    sql: "SELECT setval('s', 1) FROM pg_read_file('x')",
    twin: "SELECT setval('s', 1)",
  },
  {
    rule: 'unknown-function',
    sql: "SELECT setval('s', 1) WHERE pg_sleep(1) IS NULL",
    twin: "SELECT setval('s', 1)",
  },
  {
    rule: 'unknown-function',
    sql: "SELECT pg_catalog.binary_upgrade_set_next_pg_type_oid('1'::pg_catalog.oid)",
    twin: 'SELECT pg_catalog.lo_close(0)',
  },
  {
    rule: 'outside-function',
    sql: "INSERT INTO a VALUES (dblink('x', 'y'))",
    twin: 'INSERT INTO a VALUES (now())',
  },
  { rule: 'catalog-write', sql: 'COPY pg_catalog.pg_proc FROM stdin', twin: 'COPY app.pg_proc FROM stdin' },
  {
    rule: 'catalog-write',
    sql: 'WITH x AS (DELETE FROM pg_class RETURNING 1) INSERT INTO a SELECT * FROM x',
    twin: 'WITH x AS (DELETE FROM b RETURNING 1) INSERT INTO a SELECT * FROM x',
  },
  { rule: 'not-of-a-dump', sql: 'NOTIFY x', twin: 'CHECKPOINT' },
  {
    rule: 'not-of-a-dump',
    sql: 'CREATE TABLE x AS SELECT 1',
    twin: 'CREATE MATERIALIZED VIEW x AS SELECT 1',
  },
  { rule: 'not-of-a-dump', sql: 'EXPLAIN ANALYZE SELECT 1', twin: 'ANALYZE' },
  {
    rule: 'too-large',
    sql: `CREATE VIEW v AS SELECT ${'1+'.repeat(80_000)}1 AS x`,
    twin: `CREATE VIEW v AS SELECT ${'1+'.repeat(80)}1 AS x`,
  },
  { rule: 'unparsed-dangerous', sql: 'COPY t FROM PROGRAMM stdin WITH NONSENSE', twin: 'CREATE WONDER x' },
  { rule: 'unparsed-dangerous', sql: "CREATE WONDER x; COPY t FROM PROGRAM 'rm'", twin: 'CREATE WONDER x;' },
  {
    rule: 'rewrite-impossible',
    sql: 'SET search_path = a\0; DO $$ begin end $$',
    twin: 'SET search_path = a',
  },
  {
    rule: 'session-authorization',
    sql: "SET SESSION AUTHORIZATION 'app'",
    context: { entry: acl },
    twin: 'SET search_path = app',
  },
  {
    rule: 'database-template-flag',
    sql: "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = 'template1'",
    twin: 'UPDATE pg_catalog.pg_database SET datistemplate = false, datallowconn = true',
  },
];
