import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';

/** One value of 20 MB in the normal run; ORACLE_VALUE_MB=200 asks for more. PostgreSQL's own limit is 1 GB as text. */
const megabytes = Number(process.env.ORACLE_VALUE_MB ?? 20);

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-large-'));
  await tools.createDatabase('source');
  await tools.sql(
    'source',
    `CREATE TABLE large (id integer, before text, v text); ALTER TABLE large ALTER v SET STORAGE EXTERNAL;
     INSERT INTO large SELECT 2, E'\\\\.', repeat(md5('x') || E'\\n\\t\\\\ é ', ${megabytes} * 1000000 / 40); INSERT INTO large VALUES (1, 'a', 'b'), (3, NULL, NULL)`,
  );
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const ways: { name: string; options: string[] }[] = [
  { name: 'plain', options: [] },
  { name: 'custom', options: ['-Fc', '-Z1'] },
];

test.for(ways)(
  `one value of ${megabytes} MB comes whole out of a $name dump, in bounded memory`,
  { timeout: 600_000 },
  async ({ name, options }, { annotate }) => {
    const path = join(directory, name);
    tools.tool('pg_dump', [...options, '-f', path, 'source']);
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);

    const account = await restoreOurs(sandbox, path);

    clearInterval(watch);
    const grownMegabytes = Math.round((peak - before) / 1e6);
    await annotate(`${megabytes} MB value, resident memory grew by ${grownMegabytes} MB`);
    const digest = 'SELECT id, md5(v), length(v), before FROM large ORDER BY id';
    expect(await sandbox.sql(onlyDatabase(account), digest)).toEqual(await tools.sql('source', digest));
    expect(account.tables.map(({ rowsInDump, rowsLoaded }) => [rowsInDump, rowsLoaded])).toEqual([[3, 3]]);
    // The whole value would be at least its own size; pieces of 8 MB in flight and the collector's slack are allowed.
    expect(grownMegabytes).toBeLessThan(150);
    await sandbox.clear();
  },
);
