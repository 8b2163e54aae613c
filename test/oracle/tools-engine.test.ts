import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { compareDumps, noDifference } from './support/dump-comparison.ts';
import { dumpWays, writeDump } from './support/dump-formats.ts';
import { invalidIndexes } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';
import { createRoles, createSource } from './support/schemas.ts';

// The other engine, `restore: { engine: tools }`, must make the same database: a small matrix of formats and schemas.
const schemas = ['tables', 'constraints', 'names'] as const;
const ways = dumpWays.filter(({ name }) =>
  ['plain in gzip', 'plain with --inserts', 'custom', 'tar', 'directory'].includes(name),
);

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-tools-'));
  await createRoles(tools);
  for (const schema of schemas) await createSource(tools, `source_${schema}`, [schema]);
});
afterEach(() => sandbox.clear());
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe.each(schemas)('the schema %s by pg_restore and psql', (schema) => {
  test.each(ways)('$name: comes as it was', async (way) => {
    const folder = mkdtempSync(join(directory, 'dump-'));
    const { ours } = writeDump(tools, `source_${schema}`, way, folder);

    const account = await restoreOurs(sandbox, ours, { engine: 'tools', connections: 2 });

    const database = onlyDatabase(account);
    const expected = tools.tool('pg_dump', [`source_${schema}`]).toString();
    expect(compareDumps(expected, sandbox.tool('pg_dump', [database]).toString())).toEqual(noDifference);
    expect(account).toMatchObject({ engine: 'tools', complete: true });
    expect(account.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(account.tables.filter(({ rowsInDump, rowsLoaded }) => rowsInDump !== rowsLoaded)).toEqual([]);
    expect(await invalidIndexes(sandbox, database)).toEqual([]);
  });
});
