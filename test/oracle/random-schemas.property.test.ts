import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { compareDumps, noDifference } from './support/dump-comparison.ts';
import { randomDatabase } from './support/random-schema.ts';
import { contentOfRelations, invalidIndexes } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';
import { createRoles } from './support/schemas.ts';

// Random databases, dumped by the real pg_dump, restored by ours with 1, 2 and 4 connections: pg_dump sees no difference.

/** 12 databases in the normal run; ORACLE_RUNS gives another number. */
const runs = Number(process.env.ORACLE_RUNS ?? 12);

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-random-'));
  await createRoles(tools);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ways: { format: string; options: string[] }[] = [
  { format: 'plain', options: [] },
  { format: 'inserts', options: ['--rows-per-insert=3'] },
  { format: 'custom', options: ['-Fc'] },
  { format: 'custom inserts', options: ['-Fc', '--column-inserts'] },
  { format: 'tar', options: ['-Ft'] },
];

test('what pg_dump wrote of a random database, ours restores with any number of connections', async () => {
  await fc.assert(
    fc
      .asyncProperty(
        randomDatabase,
        fc.constantFrom(1, 2, 4),
        fc.constantFrom(...ways),
        async ({ sql }, connections, way) => {
          await tools.createDatabase('source');
          await tools.sql('source', sql);
          const path = join(directory, 'random');
          writeFileSync(path, tools.tool('pg_dump', [...way.options, 'source']));

          const account = await restoreOurs(sandbox, path, { connections });

          const database = onlyDatabase(account);
          expect(account.complete).toBe(true);
          expect(
            account.entries.filter(
              ({ outcome }) => outcome.status === 'failed' || outcome.status === 'not reached',
            ),
          ).toEqual([]);
          expect(account.tables.filter(({ rowsInDump, rowsLoaded }) => rowsInDump !== rowsLoaded)).toEqual(
            [],
          );
          expect(
            compareDumps(
              tools.tool('pg_dump', ['source']).toString(),
              sandbox.tool('pg_dump', [database]).toString(),
            ),
          ).toEqual(noDifference);
          expect(await contentOfRelations(sandbox, database, `'m'`)).toEqual(
            await contentOfRelations(tools, 'source', `'m'`),
          );
          expect(await invalidIndexes(sandbox, database)).toEqual([]);
          await sandbox.clear();
        },
      )
      .afterEach(() => sandbox.clear()),
    { numRuns: runs, interruptAfterTimeLimit: runs > 12 ? 3_600_000 : 50_000, markInterruptAsFailure: false },
  );
}, 3_700_000);
