import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCheckRunner } from '../../../lib/adapters/postgres/check-runner.ts';
import { createRolePasswordSetter, scramVerifier } from '../../../lib/adapters/postgres/role-passwords.ts';
import { createSandboxCleaner } from '../../../lib/adapters/postgres/sandbox-cleaner.ts';
import { planChecks } from '../../../lib/domain/checks/registry.ts';
import { aContext } from '../../domain/checks/builders.ts';
import { TestServer } from '../../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start('target', { roleWithPassword: 'scram_only' });
}, 60_000);
afterAll(() => server.stop());

/** Logs in as the one role of the test server that must give a password (scram-sha-256). */
async function logIn(password: string): Promise<string> {
  const { host, port } = server.address;
  const client = new Client({ host, port, user: 'scram_only', database: 'postgres', password });
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>('select current_user::text as name');
    return rows[0]?.name ?? '';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'refused';
  } finally {
    await client.end().catch(() => {});
  }
}

const setter = () => createRolePasswordSetter(server.access);

describe('role passwords', () => {
  beforeAll(() => server.sql('postgres', 'create role scram_only login', 'master'));
  afterAll(() => server.sql('postgres', 'drop role scram_only', 'master'));

  test.each(['simple', `with 'quotes', "more" and \\ back`, 'ein Käsebrot', 'x'.repeat(300)])(
    'let the role log in, and nobody else: %s',
    async (password) => {
      expect(await setter().set(server.address, [{ role: 'scram_only', password }])).toEqual([]);
      expect(await logIn(password)).toBe('scram_only');
      expect(await logIn(`${password}!`)).toBe('28P01');
    },
  );

  test('are on its disk once they are set', async () => {
    // As its parameters for loading have it; and of commits that nobody waits for, WAL is written after 10 s.
    const crashing = await TestServer.start('target', {
      settings: { synchronous_commit: 'off', wal_writer_delay: '10s' },
    });
    try {
      const passwords = [{ role: 'master', password: 'secret' }];
      expect(await createRolePasswordSetter(crashing.access).set(crashing.address, passwords)).toEqual([]);
      await crashing.restart('SIGQUIT');

      expect(
        await crashing.sql(
          'postgres',
          "select rolpassword is not null from pg_authid where rolname = 'master'",
        ),
      ).toEqual([[true]]);
    } finally {
      await crashing.stop();
    }
  });

  test('are kept by the server as the very verifier that we computed', async () => {
    const salt = Buffer.alloc(16, 7);
    const verifier = await scramVerifier('secret', salt);
    expect(verifier).toMatch(/^SCRAM-SHA-256\$4096:BwcHBwcHBwcHBwcHBwcHBw==\$[\w+/=]{44}:[\w+/=]{44}$/);
    await server.sql('postgres', `alter role scram_only password '${verifier}'`, 'master');
    expect(await logIn('secret')).toBe('scram_only');
  });

  test('of other spaces and compatible letters are normalised as clients and servers do (SASLprep)', async () => {
    const salt = Buffer.alloc(16, 7);
    expect(await scramVerifier('a\u00a0b\u00adc', salt)).toBe(await scramVerifier('a bc', salt));
    expect(await scramVerifier('\u2168', salt)).toBe(await scramVerifier('IX', salt));
    expect(await scramVerifier('\u0007', salt)).not.toBe(await scramVerifier('', salt));
  });

  test('that cannot be set are named with their SQLSTATE, and the others are set', async () => {
    const refused = await setter().set(server.address, [
      { role: 'nobody_of_that_name', password: 'a' },
      { role: 'postgres', password: 'b' },
      { role: 'scram_only', password: 'c' },
    ]);
    expect(refused).toEqual([
      { role: 'nobody_of_that_name', sqlState: '42704' },
      { role: 'postgres', sqlState: '42501' },
    ]);
    expect(await logIn('c')).toBe('scram_only');
  });

  test('never appear in what the server was asked', async () => {
    const sent: string[] = [];
    const query = Client.prototype.query;
    Client.prototype.query = function (this: Client, ...given: never[]) {
      sent.push(JSON.stringify(given));
      return Reflect.apply(query, this, given);
    } as typeof query;
    try {
      await setter().set(server.address, [{ role: 'scram_only', password: 'never-sent' }]);
    } finally {
      Client.prototype.query = query;
    }
    expect(sent.join()).toContain('SCRAM-SHA-256$');
    expect(sent.join()).not.toContain('never-sent');
  });

  test('from SSM Parameter Store are proven by logging in', async () => {
    await setter().set(server.address, [{ role: 'scram_only', password: 'right' }]);
    const roleLogins = [{ role: 'scram_only', ssmParameter: '/shop/scram' }];
    const [check] = planChecks(aContext({ roleLogins, defaultDatabase: 'postgres' })).filter(
      ({ kind }) => kind === 'login',
    );
    const run = (value: string) =>
      createCheckRunner(server.access, { parameter: async () => value }).run(check!, server.address);

    expect(check?.name).toBe('role scram_only logs in with its password');
    expect((await run('right')).status).toBe('passed');
    expect((await run('wrong')).findings[0]?.code).toBe('LOGIN_REFUSED');
    const nowhere = await createCheckRunner(server.access).run(check!, server.address);
    expect(nowhere.status).toBe('could not run');
  });
});

describe('emptying a sandbox', () => {
  test('drops every database and role that a dump made, and nothing of the server', async () => {
    await server.masterDatabase(
      'left_over',
      'create table t (); create role of_dump; alter table t owner to master',
    );
    await server.sql('postgres', 'create role second_of_dump login', 'master');
    await server.sql('left_over', 'grant select on t to of_dump', 'master');
    await server.sql('postgres', 'alter database left_over is_template true', 'master');
    const cleaner = createSandboxCleaner(server.access);

    await cleaner.empty(server.address);
    await cleaner.empty(server.address);

    const client = new Client(await server.access.connection(server.address, 'postgres'));
    await client.connect();
    const databases = await client.query('select datname::text as name from pg_database order by 1');
    const roles = await client.query(
      "select rolname::text as name from pg_roles where rolname !~ '^pg_' order by 1",
    );
    await client.end();
    expect(databases.rows.map(({ name }) => name)).toEqual(['postgres', 'template0', 'template1']);
    expect(roles.rows.map(({ name }) => name)).toEqual(['master', 'postgres']);
  });
});
