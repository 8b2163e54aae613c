-- Types: domains, enums, composites, ranges, arrays, extensions' types, collations, and values at their limits.
CREATE EXTENSION hstore; CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions; CREATE EXTENSION btree_gist SCHEMA extensions; CREATE EXTENSION pg_trgm;
CREATE EXTENSION "uuid-ossp";
CREATE TYPE mood AS ENUM ('sad', 'it''s; ok', 'été', E'two\nlines'); ALTER TYPE mood ADD VALUE 'first' BEFORE 'sad'; CREATE TYPE no_values AS ENUM ();
CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT is_positive CHECK (VALUE > 0) NOT NULL;
CREATE DOMAIN small_positive AS positive CHECK (VALUE < 1000); CREATE DOMAIN email AS extensions.citext CHECK (VALUE ~ '^[^@]+@[^@]+$');
CREATE DOMAIN moods AS mood[] CHECK (array_length(VALUE, 1) < 5);
ALTER DOMAIN positive ADD CONSTRAINT not_thirteen CHECK (VALUE <> 13) NOT VALID;
CREATE TYPE pair AS (a integer, b text COLLATE "C", c mood); CREATE TYPE nested AS (p pair, list pair[]);
CREATE TYPE float_range AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = float_multi);
CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk'); CREATE COLLATION posix_copy FROM "C";
CREATE TYPE text_range AS RANGE (subtype = text, collation = german);
CREATE TABLE every_type (
  id integer PRIMARY KEY, m mood, d small_positive, e email, ms moods, p pair, n nested, f float_range, fm float_multi, t text_range,
  i4 int4range, i8 int8range, nr numrange, tr tsrange, tz tstzrange, dr daterange, mr datemultirange,
  b bytea, j json, jb jsonb, x xml, h hstore, u uuid, bits bit(5), vb varbit, ip inet, net cidr, mac macaddr, mac8 macaddr8,
  pt point, ln line, seg lseg, bx box, pa path, po polygon, ci circle, iv interval, ti time, ttz timetz, ts timestamp, tstz timestamptz, da date,
  nu numeric, re real, dp double precision, mo money, ch char(5), vc varchar(3), nm name, c "char", o oid, rc regclass, rt regtype, lsn pg_lsn, tsv tsvector, tsq tsquery,
  a2 integer[][], at text[], ah hstore[], ab bytea[], jp jsonpath, tid tid, sn pg_snapshot);
INSERT INTO every_type (id) VALUES (0);
INSERT INTO every_type VALUES (1, 'it''s; ok', 5, 'Someone@Example.com', '{first,"two
lines"}', '(1,"quote "" comma , paren ) backslash \\",sad)', '("(1,x,)","{""(2,\\""y z\\"",été)"",NULL}")', '[1.5,NaN]', '{[1,2),(5,)}', '[a,ä)',
  'empty', '(,)', '[1.10,2.200)', '["2020-01-01 00:00:00.000001",infinity)', '[2020-01-01 00:00+05:45,]', '[-infinity,2020-01-01)', '{[2020-01-01,2020-02-01),[2021-01-01,)}',
  '\xdeadbeef005c2e0a', '{"a" : 1,  "a":2, "\u00e9": "\\."}', '{"n": 1e400, "z": null, "s": "\\N \\\\. \t"}', '<a>&amp;<b/></a>', 'k=>NULL, "a b"=>"c\"d\\e"', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', B'10101', B'', '::ffff:1.2.3.4/128', '10.1.0.0/16', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
  '(1e-300,-0)', '{1,-1,0.1}', '[(0,0),(1,1e20)]', '(1,1),(0,0)', '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', '<(0,0),5>', '-178000000 years -1 mon +5 days 00:00:00.000001', '24:00', '23:59:59.999999+15:59', '4713-01-01 00:00:00 BC', '294276-12-31 23:59:59.999999+00', '5874897-12-31',
  'NaN', '1.17549e-38', '5e-324', '-92233720368547758.08', 'ab', 'é日x', 'n"a.m''e', E'\\x01', 4294967295, 'every_type', 'mood', 'FFFFFFFF/FFFFFFFF', '''it''''s'':1A,2 b:3', '!( ''a b'' & c:*AB ) <2> d',
  '[0:1][-1:0]={{1,2},{3,4}}', ARRAY['', 'NULL', NULL, 'null', '{', '"', '\', ' ', E'\n'], ARRAY['a=>1'::hstore], ARRAY['\x00'::bytea, NULL], '$."a"[*] ? (@.b > 1)', '(4294967295,65535)', '10:20:10,14,15');
INSERT INTO every_type (id, nu, re, dp, tstz, da, iv, nr) VALUES
  (2, '-Infinity', '-Infinity', 'Infinity', '-infinity', 'infinity', '0', '[Infinity,)'), (3, 1.0000000000000000000000000000000000000000000000000000001, 3.4028235e38, 0.1, '2020-06-01 12:00 Europe/London', '0001-01-01 BC', '1 year 2 mons', NULL),
  (4, 10::numeric ^ 1000, '-0', '-0', '1970-01-01 00:00:00+00', '2000-02-29', '-1 day +00:00:01', NULL);
CREATE INDEX every_gin ON every_type USING gin (jb jsonb_path_ops); CREATE INDEX every_gist ON every_type USING gist (tz, d extensions.gist_int4_ops); CREATE INDEX every_hstore ON every_type USING gist (h);
CREATE INDEX every_trgm ON every_type USING gin (vc gin_trgm_ops); CREATE INDEX every_point ON every_type USING spgist (pt); CREATE INDEX every_citext ON every_type (e);
CREATE TABLE collated (id integer, a text COLLATE nocase, b text COLLATE german, c text COLLATE "C", d text COLLATE posix_copy, e text COLLATE "en-x-icu", UNIQUE (a));
INSERT INTO collated VALUES (1, 'Straße', 'Ä', 'z', 'é', 'a'), (2, 'other', 'z', NULL, '', 'B'); CREATE INDEX collated_b ON collated (b, c COLLATE german);
CREATE TABLE of_arrays_of_composites (p pair[], d positive[], m mood[][], r int4range[], n nested, whole every_type); INSERT INTO of_arrays_of_composites SELECT ARRAY[p], ARRAY[1, 2]::positive[], NULL, ARRAY[i4, NULL], n, q FROM every_type q;
COMMENT ON TYPE mood IS 'm'; COMMENT ON DOMAIN positive IS 'd'; COMMENT ON CONSTRAINT is_positive ON DOMAIN positive IS 'c'; COMMENT ON COLUMN pair.b IS 'of a composite'; COMMENT ON COLLATION german IS 'co';
ALTER TYPE mood OWNER TO app_owner; ALTER DOMAIN email OWNER TO auditor; GRANT USAGE ON TYPE pair TO auditor; REVOKE USAGE ON TYPE float_range FROM PUBLIC; ALTER TYPE text_range OWNER TO app_owner; ALTER COLLATION german OWNER TO app_owner;
