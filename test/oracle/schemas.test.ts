import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { countedOnceRestored, type RestoreAccount } from '../../lib/domain/recovery/restore-account.ts';
import { TestServer } from '../support/server.ts';
import { compareDumps } from './support/dump-comparison.ts';
import { acceptedDifferences, onlyByPgRestore, outcomesOfMissing } from './support/policy-differences.ts';
import { contentOfRelations, invalidIndexes } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';
import { createRoles, createSource, type HurtingSchema, hurtingSchemas } from './support/schemas.ts';
import { contentsOf } from './support/table-of-contents.ts';

// Every schema that was written to hurt is dumped by the real pg_dump, restored by ours and by psql or pg_restore, and
// the same pg_dump looks at the results.

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-schemas-'));
  await createRoles(tools);
});
afterEach(() => sandbox.clear());
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const dumpOf = (server: TestServer, database: string) => server.tool('pg_dump', [database]).toString();

/** What the account says must be so in the catalog and in the rows. */
async function expectTrueAccount(account: RestoreAccount, schema: HurtingSchema): Promise<void> {
  expect(account.complete).toBe(true);
  expect(account.entries.filter(({ outcome }) => outcome.status === 'not reached')).toEqual([]);
  expect(account.tables.filter(({ rowsInDump, rowsLoaded }) => rowsInDump !== rowsLoaded)).toEqual([]);
  const database = onlyDatabase(account);
  for (const { schema: namespace, name, rowsLoaded } of account.tables) {
    const quoted = [namespace, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
    const [[count] = []] = await sandbox.sql(database, `SELECT count(*)::integer FROM ONLY ${quoted}`);
    expect(count, `rows of ${quoted}`).toBe(rowsLoaded);
  }
  expect(await invalidIndexes(sandbox, database)).toEqual(await invalidIndexes(tools, `source_${schema}`));
  if (schema !== 'superuser-only') {
    expect(account.entries.filter(({ outcome }) => outcome.status === 'failed')).toEqual([]);
    expect(
      account.findings.filter(({ severity }) => severity === 'error' || severity === 'unverified'),
    ).toEqual([]);
  }
}

describe.each(hurtingSchemas)('the schema %s', (schema) => {
  const source = `source_${schema}`;
  const reference = `reference_${schema}`;
  const plain = () => join(directory, `${schema}.sql`);
  const archive = () => join(directory, `${schema}.dump`);
  beforeAll(async () => {
    await createSource(tools, source, [schema]);
    writeFileSync(plain(), tools.tool('pg_dump', [source]));
    tools.tool('pg_dump', ['-Fc', '-f', archive(), source]);
  });

  test('comes from its plain dump as psql restores it', async () => {
    await tools.createDatabase(reference);
    const { stderr } = tools.try('psql', ['-X', '-q', '-d', reference, '-f', plain()]);
    expect(stderr.match(/ERROR: .*/g) ?? []).toEqual(acceptedDifferences[schema].psqlErrors);

    // Two connections load a table at a time, more of them in chunks: the archive below goes the other way.
    const account = await restoreOurs(sandbox, plain(), { connections: 2 });

    const restored = dumpOf(sandbox, onlyDatabase(account));
    expect(compareDumps(dumpOf(tools, reference), restored)).toEqual(acceptedDifferences[schema].toTools);
    expect(outcomesOfMissing(compareDumps(dumpOf(tools, source), restored), account)).toEqual([]);
    expect(await contentOfRelations(sandbox, onlyDatabase(account), `'m'`)).toEqual(
      await contentOfRelations(tools, source, `'m'`),
    );
    await expectTrueAccount(account, schema);
  });

  test('comes from its archive with one entry in the account for each of its contents, and no less than pg_restore gives the same master', async () => {
    const account = await restoreOurs(sandbox, archive(), { connections: 4 });

    const restored = dumpOf(sandbox, onlyDatabase(account));
    expect(outcomesOfMissing(compareDumps(dumpOf(tools, source), restored), account)).toEqual([]);
    const listed = contentsOf(tools, archive());
    const accounted = new Set(account.entries.map(({ id }) => id));
    // Comments and rights that were restored are only counted.
    const counted = listed.filter(({ id }) => !accounted.has(id));
    const types = [...countedOnceRestored];
    expect(counted.filter(({ text }) => !types.some((type) => text.startsWith(`${type} `)))).toEqual([]);
    expect(account.restoredBeside).toBe(counted.length);
    await expectTrueAccount(account, schema);

    await sandbox.createDatabase('by_master', 'master');
    sandbox.try('pg_restore', ['-d', 'by_master', archive()], { user: 'master' });
    const { missing } = compareDumps(dumpOf(sandbox, 'by_master'), restored);
    expect(missing).toEqual(onlyByPgRestore[schema] ?? []);
  });
});
