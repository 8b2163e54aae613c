import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createFileDumpStore } from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { RestoreAccount } from '../../../../lib/domain/recovery/restore-account.ts';
import { createDumpInspector } from '../../../../lib/recovery/logical/dump-inspector.ts';
import { createRestorer } from '../../../../lib/recovery/logical/index.ts';
import { dropDatabases } from '../loading/support/restoring.ts';
import { TestServer } from '../loading/support/server.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await TestServer.start();
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-tools-test-'));
  await server.sql('postgres', 'CREATE DATABASE source');
  await server.sql('source', 'CREATE ROLE clerk');
  await server.sql(
    'source',
    `CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL UNIQUE);
     CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, note text);
     CREATE VIEW recent AS SELECT * FROM orders;
     ALTER TABLE orders OWNER TO clerk;
     SELECT lo_from_bytea(4711, convert_to(repeat('0123456789', 60000), 'UTF8'));
     INSERT INTO customers SELECT g, 'c' || g || '@example.org' FROM generate_series(1, 500) g;
     INSERT INTO orders SELECT g, g % 500 + 1, E'DROP TABLE customers;\\n\\\\! touch /tmp/never' FROM generate_series(1, 2000) g`,
  );
  for (const [format, name] of [
    ['p', 'dump.sql'],
    ['c', 'dump.dump'],
    ['t', 'dump.tar'],
    ['d', 'dump.dir'],
  ] as const) {
    server.tool('pg_dump', ['-U', 'postgres', `-F${format}`, '-f', join(folder, name), 'source']);
  }
  server.tool('pg_dump', ['-U', 'postgres', '--inserts', '-f', join(folder, 'inserts.sql'), 'source']);
  await server.sql('postgres', 'DROP DATABASE source');
});

afterEach(() => dropDatabases(server));

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function restoreWithTools(name: string): Promise<RestoreAccount> {
  const path = join(folder, name);
  const { store, key } = await createFileDumpStore(path);
  const directory = statSync(path).isDirectory();
  const sizeBytes = statSync(path).size;
  const header = await createDumpInspector().inspect(store, { key, directory, sizeBytes }, null);
  return createRestorer(server.access).restore({
    dump: {
      key,
      directory,
      sizeBytes,
      header,
      uploadedAt: '2026-01-01T00:00:00Z',
      nameTimestamp: null,
      nameTimestampEnd: null,
      expectedSha256: null,
    },
    store,
    sandbox: server.address,
    options: {
      engine: 'tools',
      connections: 2,
      createMissingRoles: true,
      allowCreate: false,
      keepOrder: [],
      entryTimeoutSeconds: 1800,
      maxStatementBytes: 32 * 1024 ** 2,
      maxRatio: 10_000,
      passphrase: null,
    },
    onProgress: () => {},
    signal: new AbortController().signal,
  });
}

const failures = (account: RestoreAccount) =>
  account.entries.filter(({ outcome }) => outcome.status === 'failed' || outcome.status === 'not reached');
const errors = (account: RestoreAccount) => account.findings.filter(({ severity }) => severity === 'error');

describe('restoring with pg_restore and psql', () => {
  test.each(['dump.sql', 'dump.dump', 'dump.tar', 'dump.dir', 'inserts.sql'])(
    'loads every row of %s and keeps owners',
    async (name) => {
      const account = await restoreWithTools(name);
      expect(account).toMatchObject({ engine: 'tools', complete: true });
      expect(failures(account)).toEqual([]);
      expect(errors(account)).toEqual([]);
      expect(
        account.tables
          .map(({ name: table, rowsInDump, rowsLoaded }) => [table, rowsInDump, rowsLoaded])
          .sort(),
      ).toEqual([
        ['customers', 500, 500],
        ['orders', 2000, 2000],
      ]);
      const database = account.databases[0]?.name ?? '';
      expect(await server.sql(database, 'SELECT count(*)::int FROM recent')).toEqual([[2000]]);
      expect(
        await server.sql(database, `SELECT tableowner::text FROM pg_tables WHERE tablename = 'orders'`),
      ).toEqual([['clerk']]);
      expect(await server.sql(database, 'SELECT length(lo_get(4711))')).toEqual([[600_000]]);
      expect(account.announced.map(({ name: object }) => object)).toContain('recent');
    },
  );

  test('says that a truncated archive is truncated', async () => {
    const whole = readFileSync(join(folder, 'dump.dump'));
    writeFileSync(join(folder, 'cut.dump'), whole.subarray(0, whole.length - 900));
    const account = await restoreWithTools('cut.dump');
    expect(account.complete).toBe(false);
    expect(errors(account).map(({ code }) => code)).toContain('DUMP_TRUNCATED');
  });

  test('never takes an archive with a flipped bit in its rows for whole', async () => {
    const whole = readFileSync(join(folder, 'dump.dump'));
    for (const part of [0.5, 0.7, 0.9]) {
      const flipped = Buffer.from(whole);
      const at = Math.floor(whole.length * part);
      flipped[at] = (flipped[at] ?? 0) ^ 4;
      writeFileSync(join(folder, 'flipped.dump'), flipped);
      const account = await restoreWithTools('flipped.dump');
      expect(errors(account), `byte ${at}`).not.toEqual([]);
      await dropDatabases(server);
    }
  });

  test('undoes the rows of a plain dump that ends inside them', async () => {
    const text = readFileSync(join(folder, 'dump.sql'), 'utf8');
    writeFileSync(join(folder, 'cut.sql'), text.slice(0, text.indexOf('COPY public.orders') + 5000));
    const account = await restoreWithTools('cut.sql');
    expect(account.complete).toBe(false);
    expect(errors(account).map(({ code }) => code)).toEqual(['DUMP_TRUNCATED']);
    expect(await server.sql(account.databases[0]?.name ?? '', 'SELECT count(*)::int FROM orders')).toEqual([
      [0],
    ]);
  });
});

describe('a hostile plain dump', () => {
  test('cannot make psql run a command of its own', async () => {
    const witness = join(folder, 'witness');
    const text = readFileSync(join(folder, 'dump.sql'), 'utf8');
    writeFileSync(
      join(folder, 'hostile.sql'),
      text.replace('CREATE VIEW', `\\! touch ${witness}\nSELECT 1 \\! touch ${witness}\n;\nCREATE VIEW`),
    );
    const account = await restoreWithTools('hostile.sql');
    expect(existsSync(witness)).toBe(false);
    expect(errors(account)).not.toEqual([]);
  });

  test('cannot have the rows of a refused COPY taken for SQL', async () => {
    const text = readFileSync(join(folder, 'dump.sql'), 'utf8');
    const rows = 'COPY public.nowhere (a) FROM stdin;\nDROP TABLE public.customers CASCADE;\n\\.\n\n--\n';
    writeFileSync(
      join(folder, 'refused.sql'),
      text.replace('ALTER TABLE ONLY public.customers', `${rows}ALTER TABLE ONLY public.customers`),
    );
    const account = await restoreWithTools('refused.sql');
    expect(failures(account)).toHaveLength(1);
    expect(errors(account).map(({ message }) => message)).toEqual([
      'rows of public.nowhere were not loaded: PostgreSQL answered with SQLSTATE 42P01',
    ]);
    expect(await server.sql(account.databases[0]?.name ?? '', 'SELECT count(*)::int FROM customers')).toEqual(
      [[500]],
    );
  });

  test('tells damage by SQLSTATE, never by a value', async () => {
    const text = readFileSync(join(folder, 'dump.sql'), 'utf8');
    writeFileSync(join(folder, 'twice.sql'), text.replace('2\tc2@example.org', '2\tc1@example.org'));
    const account = await restoreWithTools('twice.sql');
    expect(errors(account).map(({ code }) => code)).toEqual(['DUPLICATE_KEYS']);
    expect(JSON.stringify(account)).not.toContain('example.org');
  });
});
