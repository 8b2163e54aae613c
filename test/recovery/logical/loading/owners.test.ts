import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { entryEvent } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const owned = (): DumpEvent[] => [
  entryEvent(['CREATE SCHEMA shop', 'ALTER SCHEMA shop OWNER TO keeper'], { type: 'SCHEMA', name: 'shop' }),
  entryEvent(['CREATE TABLE shop.items (id integer)', 'ALTER TABLE shop.items OWNER TO clerk'], {
    type: 'TABLE',
    schema: 'shop',
    name: 'items',
  }),
  entryEvent(['CREATE TABLE public.notes (id integer)', 'ALTER TABLE public.notes OWNER TO clerk'], {
    type: 'TABLE',
    schema: 'public',
    name: 'notes',
  }),
  entryEvent('CREATE INDEX items_idx ON shop.items USING btree (id)', {
    type: 'INDEX',
    schema: 'shop',
    name: 'items_idx',
  }),
  entryEvent('GRANT SELECT ON TABLE shop.items TO reader', {
    type: 'ACL',
    schema: 'shop',
    name: 'TABLE items',
  }),
];

const ownersOf = `SELECT (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'shop'), (SELECT relowner::regrole::text FROM pg_class WHERE relname = 'items'), (SELECT relowner::regrole::text FROM pg_class WHERE relname = 'notes')`;

describe('restoring owners as a master that is no superuser', () => {
  test('creates the roles the dump names, and gives everything to its owner', async () => {
    const account = await restore(server, owned);

    expect(account.findings).toMatchObject([{ code: 'ROLES_CREATED' }]);
    expect([...account.rolesCreated].sort()).toEqual(['clerk', 'keeper', 'reader']);
    expect(await server.sql('main', ownersOf)).toEqual([['keeper', 'clerk', 'clerk']]);
    expect(await server.sql('postgres', "SELECT rolcanlogin FROM pg_roles WHERE rolname = 'clerk'")).toEqual([
      [false],
    ]);
  });

  test('names ten of the roles that it created, and counts the rest', async () => {
    const roles = Array.from({ length: 12 }, (_, index) => `tenant_${String(index).padStart(2, '0')}`);
    const account = await restore(server, () =>
      roles.map((role) =>
        entryEvent([`CREATE SCHEMA of_${role}`, `ALTER SCHEMA of_${role} OWNER TO ${role}`], {
          type: 'SCHEMA',
          name: `of_${role}`,
        }),
      ),
    );

    expect(account.findings).toMatchObject([
      {
        code: 'ROLES_CREATED',
        message: `12 roles that the dump names but does not define were created without login: ${roles.slice(0, 10).join(', ')} and 2 more`,
      },
    ]);
    expect(account.rolesCreated).toEqual(roles);
  });

  test.each([1, 3])(
    'gives a hundred tables to their owners, with privileges behind, over %i connections',
    async (connections) => {
      const names = Array.from({ length: 120 }, (_, index) => `t${index}`);
      const ownerOf = (index: number): string => (index % 2 === 0 ? 'clerk' : 'keeper');
      const account = await restore(
        server,
        () => [
          entryEvent(['CREATE SCHEMA shop', 'ALTER SCHEMA shop OWNER TO keeper'], {
            type: 'SCHEMA',
            name: 'shop',
          }),
          ...names.map((name, index) =>
            entryEvent(
              [
                `CREATE TABLE shop.${name} (id integer)`,
                // Between the others: a role that the server has not got, and could not make.
                `ALTER TABLE shop.${name} OWNER TO ${index === 77 ? 'pg_nobody' : ownerOf(index)}`,
              ],
              { type: 'TABLE', schema: 'shop', name },
            ),
          ),
          ...names.map((name) =>
            entryEvent(`GRANT SELECT ON TABLE shop.${name} TO reader`, {
              ...{ type: 'ACL', schema: 'shop', name: `TABLE ${name}` },
            }),
          ),
        ],
        { options: { connections } },
      );

      expect(
        account.entries.flatMap(({ name, outcome }) => (outcome.status === 'failed' ? [name] : [])),
      ).toEqual(['t77']);
      const owned = `SELECT count(*) FILTER (WHERE relowner::regrole::text = CASE WHEN substr(relname, 2)::int % 2 = 0 THEN 'clerk' ELSE 'keeper' END)::int, count(*) FILTER (WHERE has_table_privilege('reader', oid, 'SELECT'))::int, has_schema_privilege('clerk', 'shop', 'CREATE') FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r'`;
      expect(await server.sql('main', owned)).toEqual([[names.length - 1, names.length, false]]);
    },
  );

  test('takes back exactly the right to create that it lent', async () => {
    await restore(server, owned);

    const asked = `SELECT has_schema_privilege('clerk', 'shop', 'CREATE'), has_schema_privilege('clerk', 'public', 'CREATE'), has_database_privilege('keeper', 'main', 'CREATE'), has_table_privilege('reader', 'shop.items', 'SELECT')`;
    expect(await server.sql('main', asked)).toEqual([[false, false, false, true]]);
  });

  test('names the roles it may not create, and leaves their objects to the master', async () => {
    const account = await restore(server, owned, { options: { createMissingRoles: false } });

    expect(account.rolesCreated).toEqual([]);
    expect(new Set(account.findings.map(({ code }) => code))).toEqual(new Set(['ROLE_MISSING']));
    expect(await server.sql('main', ownersOf)).toEqual([['master', 'master', 'master']]);
  });
});
