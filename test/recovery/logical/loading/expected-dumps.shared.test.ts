import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from '../../../support/server.ts';
import { dropDatabases } from './support/restoring.ts';
import { restoreFile } from './support/restoring-files.ts';

const folder = resolve(import.meta.dirname, '../../../../../shared/dumps');
const present = existsSync(join(folder, 'EXPECTED.json'));

interface Expected {
  format: string;
  verdict: string;
  reason?: string;
  rows?: Record<string, number>;
}

const files: [string, Expected][] = present
  ? Object.entries(JSON.parse(readFileSync(join(folder, 'EXPECTED.json'), 'utf8')).files)
  : [];
const logical = files.filter(
  ([name, { verdict, format }]) =>
    verdict === 'pass' && !/pg_basebackup|WAL/.test(format) && !name.endsWith('.sha256'),
);
const cutShort = files.filter(
  ([name, { reason, format }]) =>
    /truncated|corrupt/.test(reason ?? '') && !/sidecar/.test(format) && name.startsWith('bad/'),
);

if (!present)
  test('the dumps beside the repository are absent: their restores were not run', () =>
    expect(present).toBe(false));

describe.runIf(present)('dumps of real systems', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.shared('target');
  });
  afterEach(() => dropDatabases(server));

  test.each(logical)('%s is restored with every row and no error', async (name, { rows, format }) => {
    const account = await restoreFile(server, join(folder, name), { options: { connections: 3 } });

    expect(
      account.findings.filter(({ severity }) => severity === 'error' || severity === 'unverified'),
    ).toEqual([]);
    expect(account.complete).toBe(true);
    expect(
      account.entries.filter(
        ({ outcome }) => outcome.status === 'failed' || outcome.status === 'not reached',
      ),
    ).toEqual([]);
    const counted: Record<string, number> = {};
    for (const key of Object.keys(rows ?? {})) {
      const [, database, schema, table] = /^(?:(.*):)?(.*?)\.(.*)$/.exec(key) ?? [];
      const into =
        account.databases.find(({ dumpName }) => database === undefined || dumpName === database)?.name ?? '';
      const [[count] = []] = await server.sql(into, `SELECT count(*)::int FROM "${schema}"."${table}"`);
      counted[key] = Number(count);
    }
    expect(counted).toEqual(rows);
    expect(format).not.toBe('');
    expect(account.tables.filter((table) => table.rowsInDump !== table.rowsLoaded)).toEqual([]);
  });

  test.each(cutShort)('%s ends as incomplete with a finding that says why', async (name) => {
    const account = await restoreFile(server, join(folder, name));

    expect(account.complete).toBe(false);
    expect(
      account.findings
        .map(({ code }) => code)
        .filter((code) => code === 'DUMP_TRUNCATED' || code === 'DUMP_CORRUPT'),
    ).toHaveLength(1);
  });
});
