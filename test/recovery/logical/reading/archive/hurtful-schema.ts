/** A schema written to hurt whoever reads its dump, and a cluster's worth of roles for it. */
import type { TestServer } from '../../../../support/server.ts';

const schema = `
CREATE ROLE "Owner ""of"" things; --" NOLOGIN; CREATE ROLE plain_owner; CREATE ROLE "user";
CREATE DATABASE hurt TEMPLATE template0;
\\connect hurt
CREATE SCHEMA "odd.schema ""x"""; CREATE SCHEMA plain AUTHORIZATION plain_owner; CREATE SCHEMA "select";
COMMENT ON SCHEMA plain IS E'two lines\\n-- Name: fake; Type: TABLE; Schema: public; Owner: nobody\\n--\\n; COPY x FROM stdin;\\n\\\\.\\n';
CREATE TYPE plain.mood AS ENUM ('sad', 'o''k', 'happy; --'); CREATE TYPE plain.pair AS (a int, b text);
CREATE DOMAIN plain.posint AS int CHECK (VALUE > 0); CREATE TYPE plain.frange AS RANGE (subtype = float8);
ALTER TYPE plain.mood OWNER TO plain_owner;
CREATE FUNCTION plain.nested(a int, b text DEFAULT 'x;y') RETURNS text LANGUAGE plpgsql AS $outer$
BEGIN
  -- a comment; with a semicolon
  EXECUTE $inner$ SELECT ';' || $$deep;$$ $inner$;

  RETURN 'é ü 漢字';
END $outer$;
ALTER FUNCTION plain.nested(int, text) OWNER TO "Owner ""of"" things; --";
CREATE FUNCTION plain.atomic(a int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT a + 1; SELECT a + 2; END;
CREATE PROCEDURE plain.proc(INOUT x int) LANGUAGE sql AS 'select x; select x+1'; ALTER PROCEDURE plain.proc(int) OWNER TO plain_owner;
CREATE AGGREGATE plain.agg(int) (sfunc = int4pl, stype = int, initcond = '0'); ALTER AGGREGATE plain.agg(int) OWNER TO plain_owner;
CREATE OPERATOR plain.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq); ALTER OPERATOR plain.=== (int, int) OWNER TO plain_owner;
CREATE OPERATOR FAMILY plain.fam USING btree;
CREATE COLLATION plain.coll FROM "C"; CREATE TEXT SEARCH CONFIGURATION plain.conf (COPY = english);
CREATE TABLE "odd.schema ""x"""."Ta.b;le --""" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "Col;umn ""q""" text DEFAULT 'a;b', n int GENERATED ALWAYS AS (1 + 1) STORED, CONSTRAINT "c;" CHECK ("Col;umn ""q""" <> ';'));
ALTER TABLE "odd.schema ""x"""."Ta.b;le --""" OWNER TO "Owner ""of"" things; --";
INSERT INTO "odd.schema ""x"""."Ta.b;le --""" ("Col;umn ""q""") VALUES (E'line\\nbreak'), (E'tab\\tback\\\\slash'), ('\\.'), (NULL), (''), ('COPY x FROM stdin;'), ('-- Name: x; Type: TABLE'), (E'\\r\\n'), ('it''s; ok'), ('漢字🎉');
COMMENT ON COLUMN "odd.schema ""x"""."Ta.b;le --"""."Col;umn ""q""" IS 'c; d';
CREATE TABLE plain.one (v text); INSERT INTO plain.one VALUES (''), ('\\.'), ('\\N'), ('--'), (E'\\\\.\\n');
CREATE TABLE plain.empty (a int, b int); CREATE TABLE plain."no columns" ();  INSERT INTO plain."no columns" DEFAULT VALUES; INSERT INTO plain."no columns" DEFAULT VALUES;
CREATE TABLE plain.part (id int, at date) PARTITION BY RANGE (at); CREATE TABLE plain.part_1 PARTITION OF plain.part FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE plain.part_2 PARTITION OF plain.part DEFAULT;
INSERT INTO plain.part SELECT g, date '2024-01-01' + g * 20 FROM generate_series(1, 40) g; CREATE INDEX part_idx ON plain.part (id);
CREATE TABLE plain.parent (a int); CREATE TABLE plain.child (b int) INHERITS (plain.parent); INSERT INTO plain.child VALUES (1, 2);
CREATE TABLE plain.a (id int PRIMARY KEY, b int); CREATE TABLE plain.b (id int PRIMARY KEY, a int REFERENCES plain.a DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE plain.a ADD FOREIGN KEY (b) REFERENCES plain.b NOT VALID; INSERT INTO plain.a VALUES (1, NULL); INSERT INTO plain.b VALUES (1, 1); UPDATE plain.a SET b = 1;
CREATE RULE "r;" AS ON DELETE TO plain.a DO INSTEAD (SELECT 1; SELECT 2;);
CREATE VIEW plain.v AS SELECT ';'::text AS x; CREATE MATERIALIZED VIEW plain.mv AS SELECT count(*) FROM plain.one; CREATE MATERIALIZED VIEW plain.mv2 AS SELECT * FROM plain.mv WITH NO DATA;
CREATE UNIQUE INDEX mv_idx ON plain.mv (count); ALTER MATERIALIZED VIEW plain.mv OWNER TO plain_owner;
CREATE FUNCTION plain.trg() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end'; CREATE TRIGGER t BEFORE INSERT ON plain.one FOR EACH ROW EXECUTE FUNCTION plain.trg();
CREATE FUNCTION plain.evt() RETURNS event_trigger LANGUAGE plpgsql AS 'begin end'; CREATE EVENT TRIGGER evt ON ddl_command_end EXECUTE FUNCTION plain.evt(); COMMENT ON EVENT TRIGGER evt IS 'x;y';
ALTER TABLE plain.one ENABLE ROW LEVEL SECURITY; ALTER TABLE plain.one FORCE ROW LEVEL SECURITY; CREATE POLICY "p;" ON plain.one USING (v <> ';');
CREATE STATISTICS plain.st (ndistinct) ON id, b FROM plain.a; CREATE SEQUENCE plain.seq START 7; SELECT nextval('plain.seq'); ALTER SEQUENCE plain.seq OWNED BY plain.a.id;
CREATE FOREIGN DATA WRAPPER fdw; CREATE SERVER srv FOREIGN DATA WRAPPER fdw OPTIONS (host 'h;'); CREATE USER MAPPING FOR plain_owner SERVER srv OPTIONS (password 'p;w'); CREATE FOREIGN TABLE plain.ft (a int) SERVER srv;
CREATE PUBLICATION pub FOR TABLE plain.a; CREATE CAST (plain.pair AS text) WITH INOUT; CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE TABLE plain.other_am (a int) USING heap2; CREATE TABLE plain.usual (a int); CREATE TABLE plain.binary_zoo (b bytea, j jsonb, r plain.frange, m plain.mood, p plain.pair, arr text[]);
INSERT INTO plain.binary_zoo VALUES ('\\x00ff0a5c', '{"a": "\\\\n;"}', '[1,2)', 'happy; --', ROW(1, 'x,"y'), ARRAY['a', NULL, 'b"c']);
INSERT INTO plain.usual SELECT g FROM generate_series(1, 200000) g;
GRANT SELECT ON plain.one TO "user" WITH GRANT OPTION; GRANT USAGE ON SCHEMA plain TO PUBLIC; ALTER DEFAULT PRIVILEGES FOR ROLE plain_owner IN SCHEMA plain GRANT SELECT ON TABLES TO "user"; GRANT SELECT (a) ON plain.usual TO "user";
ALTER DATABASE hurt SET search_path = plain, public; COMMENT ON DATABASE hurt IS 'd;b';
SELECT lo_from_bytea(16000001, '\\x010203'); SELECT lo_from_bytea(16000002, ''); SELECT lo_from_bytea(3000000000, decode(repeat('ab', 50000), 'hex'));
ALTER LARGE OBJECT 16000001 OWNER TO plain_owner; GRANT SELECT ON LARGE OBJECT 16000001 TO "user"; COMMENT ON LARGE OBJECT 16000002 IS 'l;o'; GRANT SELECT ON LARGE OBJECT 3000000000 TO "user";
CREATE TABLE plain.hash_root (id int, v text) PARTITION BY HASH (id); CREATE TABLE plain.hash_1 PARTITION OF plain.hash_root FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE plain.hash_2 PARTITION OF plain.hash_root FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO plain.hash_root SELECT g, 'v' || g FROM generate_series(1, 9) g;
CREATE EXTENSION IF NOT EXISTS hstore; CREATE TABLE plain.h (h hstore); INSERT INTO plain.h VALUES ('a=>1');
`;

const letters = `
CREATE DATABASE western TEMPLATE template0; CREATE DATABASE japanese TEMPLATE template0; CREATE DATABASE korean TEMPLATE template0;
\\connect western
CREATE TABLE "é" (v text DEFAULT 'ß;'); INSERT INTO "é" VALUES ('é€'); COMMENT ON TABLE "é" IS 'é€;';
\\connect japanese
CREATE TABLE "表" (v text DEFAULT 'ソ;\\'); INSERT INTO "表" VALUES ('表ソ能\\'), (E'\\n表\\t'); COMMENT ON TABLE "表" IS '十;表';
\\connect korean
CREATE TABLE "가" (v text); INSERT INTO "가" VALUES ('똠방\\각하');
`;

/** Makes the databases `hurt`, `western`, `japanese` and `korean`, the first with a table in a tablespace of its own. */
export function makeHurtfulDatabase(server: TestServer): void {
  // In the data directory, which the server may write to, whoever it runs as.
  server.script('postgres', `SET allow_in_place_tablespaces = on; CREATE TABLESPACE "Fast;" LOCATION '';`);
  server.script('postgres', schema);
  server.script('postgres', letters);
  server.script(
    'hurt',
    `CREATE TABLE plain.in_space (a int PRIMARY KEY USING INDEX TABLESPACE "Fast;") TABLESPACE "Fast;";
     CREATE INDEX in_space_idx ON plain.in_space (a); INSERT INTO plain.in_space VALUES (1);`,
  );
}
