import { beforeAll, describe, expect, test } from 'vitest';
import { loadSqlParser } from '../../../../lib/recovery/logical/dump/sql-parser.ts';
import { announcementsIn } from '../../../../lib/recovery/logical/policy/announcements.ts';

beforeAll(() => loadSqlParser());

describe('a statement of a dump announces', () => {
  test.each([
    ['CREATE ROLE app LOGIN', [{ kind: 'role', name: 'app' }]],
    ['-- the role\nCREATE USER "App"', [{ kind: 'role', name: 'App' }]],
    [
      'GRANT pg_monitor, staff TO app, "B"',
      [
        { kind: 'membership', granted: 'pg_monitor', member: 'app' },
        { kind: 'membership', granted: 'pg_monitor', member: 'B' },
        { kind: 'membership', granted: 'staff', member: 'app' },
        { kind: 'membership', granted: 'staff', member: 'B' },
      ],
    ],
    ['REVOKE CONNECT ON DATABASE shop FROM PUBLIC', [{ kind: 'database rights', database: 'shop' }]],
    ['GRANT ALL ON DATABASE "Shop" TO app', [{ kind: 'database rights', database: 'Shop' }]],
    ['GRANT "Team" TO app', [{ kind: 'membership', granted: 'Team', member: 'app' }]],
    [
      "ALTER DATABASE shop SET TIME ZONE 'UTC'",
      [{ kind: 'setting', database: 'shop', role: null, name: 'timezone' }],
    ],
    [
      "ALTER ROLE app IN DATABASE shop SET search_path TO 'a', 'b'",
      [{ kind: 'setting', database: 'shop', role: 'app', name: 'search_path' }],
    ],
    [
      'CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw',
      [{ kind: 'foreign server', name: 'elsewhere' }],
    ],
  ])('%s', (sql, announced) => {
    expect(announcementsIn(sql)).toEqual(announced);
  });

  test.each([
    'GRANT SELECT ON TABLE t TO app',
    'REVOKE pg_monitor FROM app',
    'CREATE TABLE role (id int)',
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'CREATE ROLE app'",
    'CREATE ROLE',
    "INSERT INTO t VALUES ('CREATE ROLE app')",
  ])('nothing: %s', (sql) => {
    expect(announcementsIn(sql)).toEqual([]);
  });
});
