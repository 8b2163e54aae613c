import { describe, expect, test } from 'vitest';
import type { RelationLock, StatementPlan } from '../../../../lib/recovery/logical/policy/decision.ts';
import { decide } from './builders.ts';

const on = (grade: RelationLock['grade'], ...names: string[]): RelationLock[] =>
  names.map((name) => {
    const [first = '', second] = name.split('.');
    return second === undefined
      ? { schema: null, name: first, grade }
      : { schema: first, name: second, grade };
  });

const cases: [string, Partial<StatementPlan>][] = [
  ['CREATE INDEX i ON a.t USING btree (x)', { kind: 'create index', locks: on('share', 'a.t') }],
  [
    'CREATE UNIQUE INDEX i ON ONLY "A"."T x" USING btree (x)',
    { kind: 'create index', locks: on('share', 'A.T x') },
  ],
  ['CREATE INDEX CONCURRENTLY i ON a.t (x)', { kind: 'create index', locks: null }],
  [
    'ALTER TABLE ONLY a.t ADD CONSTRAINT k PRIMARY KEY (x)',
    { kind: 'add key', locks: on('exclusive', 'a.t') },
  ],
  ['ALTER TABLE ONLY a.t ADD CONSTRAINT k UNIQUE (x)', { kind: 'add key', locks: on('exclusive', 'a.t') }],
  [
    'ALTER TABLE ONLY a.t ADD CONSTRAINT k EXCLUDE USING gist (x WITH &&)',
    { kind: 'add key', locks: on('exclusive', 'a.t') },
  ],
  [
    'ALTER TABLE ONLY a.t ADD CONSTRAINT k FOREIGN KEY (x) REFERENCES b.u(y) NOT VALID',
    { kind: 'add foreign key', locks: on('share row exclusive', 'a.t', 'b.u') },
  ],
  [
    'ALTER TABLE a.t ADD CONSTRAINT k CHECK (x > 0) NOT VALID',
    { kind: 'add constraint', locks: on('exclusive', 'a.t') },
  ],
  ['ALTER TABLE a.t ADD CONSTRAINT k NOT NULL x', { kind: 'add constraint', locks: on('exclusive', 'a.t') }],
  [
    'ALTER INDEX a.i ATTACH PARTITION a.j',
    { kind: 'attach partition', locks: on('exclusive', 'a.i', 'a.j') },
  ],
  [
    "ALTER TABLE ONLY a.t ATTACH PARTITION b.p FOR VALUES IN ('x')",
    { kind: 'attach partition', locks: on('exclusive', 'a.t', 'b.p') },
  ],
  [
    'CREATE TRIGGER g AFTER INSERT ON a.t FOR EACH ROW EXECUTE FUNCTION f()',
    { kind: 'create trigger', locks: on('share row exclusive', 'a.t') },
  ],
  [
    'CREATE CONSTRAINT TRIGGER g AFTER INSERT ON a.t FROM b.u FOR EACH ROW EXECUTE FUNCTION f()',
    { kind: 'create trigger', locks: on('share row exclusive', 'a.t', 'b.u') },
  ],
  ['CREATE RULE r AS ON INSERT TO a.t DO ALSO NOTIFY x', { kind: 'other', locks: null }],
  [
    'CREATE POLICY p ON a.t FOR SELECT TO app USING (x IN (SELECT y FROM b.u))',
    { kind: 'create policy', locks: [...on('exclusive', 'a.t'), ...on('share', 'b.u')], roles: ['app'] },
  ],
  [
    'ALTER TABLE a.t ENABLE ROW LEVEL SECURITY',
    { kind: 'alter table', locks: on('exclusive', 'a.t'), defer: false },
  ],
  [
    'ALTER TABLE ONLY a.t FORCE ROW LEVEL SECURITY',
    { kind: 'alter table', locks: on('exclusive', 'a.t'), defer: true },
  ],
  ['ALTER TABLE a.t CLUSTER ON i', { kind: 'alter table', locks: on('exclusive', 'a.t') }],
  [
    'ALTER TABLE ONLY a.t REPLICA IDENTITY USING INDEX i',
    { kind: 'alter table', locks: on('exclusive', 'a.t') },
  ],
  [
    'ALTER TABLE ONLY a.t ALTER COLUMN x SET STATISTICS 500',
    { kind: 'alter table', locks: on('exclusive', 'a.t') },
  ],
  [
    'ALTER INDEX a.i ALTER COLUMN 1 SET STATISTICS 500',
    { kind: 'alter table', locks: on('exclusive', 'a.i') },
  ],
  [
    "ALTER TABLE ONLY a.t ALTER COLUMN x SET DEFAULT nextval('a.s'::regclass)",
    { kind: 'alter table', locks: on('exclusive', 'a.t') },
  ],
  [
    'ALTER TABLE a.t ALTER COLUMN x ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME a.s START WITH 1)',
    { kind: 'alter table', locks: on('exclusive', 'a.t', 'a.s') },
  ],
  ['ALTER TABLE ONLY a.t INHERIT b.u', { kind: 'alter table', locks: on('exclusive', 'a.t', 'b.u') }],
  ['ALTER TABLE a.t DISABLE TRIGGER g', { kind: 'alter table', locks: on('exclusive', 'a.t') }],
  ["COMMENT ON INDEX a.i IS 'x'", { kind: 'comment', locks: on('share row exclusive', 'a.i') }],
  ["COMMENT ON COLUMN a.t.x IS 'x'", { kind: 'comment', locks: on('share row exclusive', 'a.t') }],
  ["COMMENT ON CONSTRAINT k ON a.t IS 'x'", { kind: 'comment', locks: on('share row exclusive', 'a.t') }],
  ["COMMENT ON CONSTRAINT k ON DOMAIN a.d IS 'x'", { kind: 'comment', locks: [] }],
  ["COMMENT ON FUNCTION a.f(integer) IS 'x'", { kind: 'comment', locks: [] }],
  [
    'CREATE STATISTICS a.s ON x, y FROM a.t',
    { kind: 'create statistics', locks: on('share row exclusive', 'a.t') },
  ],
  ['REFRESH MATERIALIZED VIEW a.m', { kind: 'refresh materialized view', locks: null, defer: false }],
  [
    'SELECT pg_catalog.setval(\'a."S x"\', 42, true)',
    { kind: 'sequence value', locks: on('share row exclusive', 'a.S x') },
  ],
  ["SELECT setval('s', (SELECT max(id) FROM t))", { kind: 'sequence value', locks: null }],
  ["SELECT pg_catalog.lo_create('12')", { kind: 'large object', locks: null }],
  [
    'CREATE TABLE a.p PARTITION OF a.t FOR VALUES IN (1)',
    { kind: 'create table', locks: on('exclusive', 'a.p', 'a.t'), parents: [{ schema: 'a', name: 't' }] },
  ],
  [
    'CREATE TABLE a.p (x int REFERENCES b.u) INHERITS (a.q, a.r)',
    {
      kind: 'create table',
      locks: [...on('exclusive', 'a.p', 'a.q', 'a.r'), ...on('share row exclusive', 'b.u')],
      parents: [
        { schema: 'a', name: 'q' },
        { schema: 'a', name: 'r' },
      ],
    },
  ],
  ['CREATE UNLOGGED TABLE t (x int)', { kind: 'create table', locks: on('exclusive', 't') }],
  ['COPY a.t (x, y) FROM stdin', { kind: 'copy', locks: on('share row exclusive', 'a.t') }],
  [
    "INSERT INTO a.t VALUES (1, 'x'), (2, '\\x00'::bytea)",
    { kind: 'insert', locks: on('share row exclusive', 'a.t') },
  ],
  [
    'INSERT INTO a.t (x) OVERRIDING SYSTEM VALUE VALUES (1) ON CONFLICT DO NOTHING',
    { kind: 'insert', locks: on('share row exclusive', 'a.t') },
  ],
  ['INSERT INTO a.t VALUES ((SELECT max(x) FROM b))', { kind: 'other', locks: null }],
  ['INSERT INTO a.t DEFAULT VALUES', { kind: 'insert', locks: on('share row exclusive', 'a.t') }],
  ['DELETE FROM a.t', { kind: 'other', locks: null }],
  ['CREATE SEQUENCE a.s AS integer START WITH 1', { kind: 'definition', locks: on('exclusive', 'a.s') }],
  ['ALTER SEQUENCE a.s OWNED BY b.t.x', { kind: 'definition', locks: on('exclusive', 'a.s', 'b.t') }],
  ['CREATE VIEW a.v AS SELECT 1', { kind: 'definition', locks: null }],
  ['CREATE FUNCTION a.f() RETURNS int LANGUAGE sql RETURN 1', { kind: 'definition', locks: null }],
  ['CREATE AGGREGATE a.g(text) (SFUNC = a.f, STYPE = text)', { kind: 'definition', locks: null }],
  ["CREATE TYPE a.e AS ENUM ('x')", { kind: 'definition', locks: null }],
  ['CREATE TYPE a.c AS (x int)', { kind: 'definition', locks: null }],
  ['CREATE DOMAIN a.d AS int CHECK (VALUE > 0)', { kind: 'definition', locks: null }],
  ['ALTER DOMAIN a.d ADD CONSTRAINT c CHECK (VALUE < 9)', { kind: 'other', locks: null }],
  ['CREATE MATERIALIZED VIEW a.m AS SELECT 1 WITH NO DATA', { kind: 'other', locks: null }],
  [
    "SET client_encoding = 'UTF8'",
    { kind: 'set', locks: [], setting: { name: 'client_encoding', value: 'UTF8' } },
  ],
  [
    'SET search_path = "A", public',
    { kind: 'set', setting: { name: 'search_path', value: '"A", "public"' } },
  ],
  [
    "SELECT pg_catalog.set_config('search_path', '', false)",
    { kind: 'set', setting: { name: 'search_path', value: '' } },
  ],
  ['SET statement_timeout = 0', { kind: 'set', setting: { name: 'statement_timeout', value: '0' } }],
  ['RESET search_path', { kind: 'set', setting: { name: 'search_path', value: 'DEFAULT' } }],
  [
    'ALTER TABLE a.t OWNER TO app',
    { kind: 'owner', locks: on('exclusive', 'a.t'), roles: ['app'], owner: { role: 'app', schema: 'a' } },
  ],
  ['ALTER TABLE t OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'public' } }],
  [
    'ALTER SEQUENCE a.s OWNER TO app',
    { kind: 'owner', locks: on('exclusive', 'a.s'), owner: { role: 'app', schema: 'a' } },
  ],
  ['ALTER MATERIALIZED VIEW a.m OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'a' } }],
  [
    'ALTER FUNCTION a.f(integer, VARIADIC text[]) OWNER TO "App"',
    { kind: 'owner', locks: null, roles: ['App'], owner: { role: 'App', schema: 'a' } },
  ],
  ['ALTER AGGREGATE a.g(integer) OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'a' } }],
  ['ALTER TYPE a.e OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'a' } }],
  ['ALTER DOMAIN a.d OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'a' } }],
  [
    'ALTER OPERATOR a.= (integer, integer) OWNER TO app',
    { kind: 'owner', owner: { role: 'app', schema: 'a' } },
  ],
  [
    'ALTER OPERATOR CLASS a.c USING btree OWNER TO app',
    { kind: 'owner', owner: { role: 'app', schema: 'a' } },
  ],
  [
    'ALTER TEXT SEARCH CONFIGURATION a.c OWNER TO app',
    { kind: 'owner', owner: { role: 'app', schema: 'a' } },
  ],
  ['ALTER STATISTICS a.s OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'a' } }],
  ['ALTER COLLATION a.c OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: 'a' } }],
  ['ALTER SCHEMA a OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: null } }],
  ['ALTER LARGE OBJECT 123 OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: null } }],
  ['ALTER SERVER s OWNER TO app', { kind: 'owner', owner: { role: 'app', schema: null } }],
  [
    'GRANT SELECT(x), UPDATE ON TABLE a.t TO app, PUBLIC',
    { kind: 'grant', locks: on('exclusive', 'a.t'), roles: ['app'] },
  ],
  ['REVOKE ALL ON FUNCTION a.f(integer) FROM PUBLIC', { kind: 'grant', locks: null, roles: [] }],
  ['GRANT ALL ON SCHEMA a TO app', { kind: 'grant', locks: null, roles: ['app'] }],
  ['GRANT ALL ON LARGE OBJECT 123 TO app', { kind: 'grant', locks: null, roles: ['app'] }],
  [
    'ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA a REVOKE ALL ON FUNCTIONS FROM PUBLIC',
    { kind: 'grant', defer: true, roles: ['app'] },
  ],
  ['GRANT staff TO app', { kind: 'role', roles: ['staff', 'app'] }],
  ['CREATE ROLE app', { kind: 'role', roles: ['app'] }],
  ['CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public', { kind: 'other', extension: 'hstore' }],
  [
    'CREATE SCHEMA a AUTHORIZATION app',
    { kind: 'create schema', roles: ['app'], owner: { role: 'app', schema: null } },
  ],
];

describe('the plan of a statement', () => {
  test.each(cases)('%s', async (sql, expected) => {
    const decision = await decide(sql);
    expect(decision.action).toBe('run');
    if (decision.action === 'run') expect(decision.plan).toMatchObject(expected);
  });

  test('asks for no membership in pg_database_owner, which nobody can be given', async () => {
    const decision = await decide('ALTER SCHEMA public OWNER TO pg_database_owner');
    expect(decision).toMatchObject({ action: 'run', plan: { kind: 'owner', roles: [] } });
    expect(decision.action === 'run' && decision.plan.owner).toBeUndefined();
  });
});
