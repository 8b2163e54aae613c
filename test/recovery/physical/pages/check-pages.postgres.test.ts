/** Every page of a stopped cluster, compared with what PostgreSQL's own pg_checksums says of it. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serverAccount } from '../../../../lib/adapters/sandboxes/local-process/server-account.ts';
import { checkPages } from '../../../../lib/recovery/physical/pages/check-pages.ts';
import { relationFiles } from '../../../../lib/recovery/physical/pages/relation-files.ts';
import { postgresqlPrograms } from '../../../../scripts/oracle-programs.mjs';
import { giveToServerAccount } from '../../../support/cluster.ts';
import { TestServer } from '../../../support/server.ts';

let server: TestServer;
let tablespaces: string;
/** Of a table in the default place, and of one in a tablespace. */
let files: { heap: string; elsewhere: string };

beforeEach(async () => {
  server = await TestServer.start('source', { initdb: ['--data-checksums'] });
  tablespaces = join(server.directory, 'tablespaces');
  for (const folder of [tablespaces, join(tablespaces, 'fast')]) {
    mkdirSync(folder);
    giveToServerAccount(folder);
  }
  const sql = (text: string) => server.sql('postgres', text);
  await sql(`CREATE TABLESPACE fast LOCATION '${tablespaces}/fast'`);
  await sql('CREATE TABLE guest AS SELECT id, repeat(id::text, 50) AS note FROM generate_series(1, 5000) id');
  await sql('CREATE TABLE rsvp TABLESPACE fast AS SELECT generate_series(1, 5000) AS id');
  await sql('CREATE UNLOGGED TABLE session AS SELECT generate_series(1, 100) AS id');
  await sql('VACUUM');
  const pathOf = async (table: string) =>
    String((await sql(`SELECT pg_relation_filepath('${table}')`))[0]?.[0]);
  files = { heap: await pathOf('guest'), elsewhere: await pathOf('rsvp') };
  await server.shutDown();
});
afterEach(() => server.stop());

const check = () =>
  checkPages(
    { dataDirectory: server.dataDirectory, tablespaceDirectory: tablespaces },
    { blockBytes: 8192, relationFileBlocks: 131_072 },
    { signal: new AbortController().signal, onBytes: () => undefined },
  );

/** What pg_checksums counts and names. */
function oracle(...words: string[]): { files: number; blocks: number; bad: string[] } {
  const { stdout, stderr } = spawnSync(
    join(postgresqlPrograms(15), 'pg_checksums'),
    [...words, '-D', server.dataDirectory],
    { encoding: 'utf8', ...serverAccount().switchTo },
  );
  const count = (what: string) => Number(new RegExp(`${what}: +(\\d+)`).exec(stdout)?.[1]);
  const bad = [...stderr.matchAll(/in file "[^"]*\/data\/([^"]+)", block (\d+):/g)];
  return {
    files: count('Files scanned'),
    blocks: count('Blocks scanned'),
    bad: bad.map(([, file, block]) => `${file} ${block}`).sort(),
  };
}

const named = ({ bad }: Awaited<ReturnType<typeof check>>) =>
  bad.map(({ file, block }) => `${file} ${block}`).sort();

function change(file: string, at: number, how: (bytes: Buffer) => void): void {
  const path = join(server.dataDirectory, file);
  const bytes = readFileSync(path);
  how(bytes.subarray(at));
  writeFileSync(path, bytes);
}

describe('the pages of a stopped cluster', () => {
  test('are as many as pg_checksums reads, and all of them good', async () => {
    const seen = oracle();
    const ours = await check();

    expect(seen.blocks).toBeGreaterThan(500);
    expect({ files: ours.files, blocks: ours.pages, bad: named(ours) }).toEqual(seen);
  });

  test('that were changed are those that pg_checksums names, by file and block', async () => {
    change(files.heap, 3 * 8192 + 5000, (page) => page.writeUInt8(page.readUInt8(0) ^ 1));
    change(files.heap, 7 * 8192 + 2, (page) => page.writeUInt8(page.readUInt8(0) ^ 0x80));
    change(files.elsewhere, 8192 + 8, (page) => page.writeUInt16LE(page.readUInt16LE(0) ^ 1));
    const seen = oracle();

    expect(seen.bad).toHaveLength(3);
    const ours = await check();
    expect({ files: ours.files, blocks: ours.pages, bad: named(ours) }).toEqual(seen);
    expect(ours.badPages).toBe(3);
  });

  test('that stand in the place of another are seen, though each is whole', async () => {
    change(files.heap, 0, (bytes) => bytes.copy(bytes, 8192, 0, 8192));

    expect(named(await check())).toEqual([`${files.heap} 1`]);
    expect(oracle().bad).toEqual([`${files.heap} 1`]);
  });

  test('are numbered through all files of a relation', async () => {
    const next = `${files.heap}.1`;
    const path = join(server.dataDirectory, next);
    copyFileSync(join(server.dataDirectory, files.heap), path);
    giveToServerAccount(path);
    expect(named(await check())).toContain(`${next} 0`);

    oracle('--disable');
    oracle('--enable');
    expect(named(await check())).toEqual([]);
    expect(oracle().bad).toEqual([]);
  });

  test('without content are good only when nothing is in them, as the server wants it', async () => {
    change(files.heap, 2 * 8192, (page) => page.fill(0, 0, 8192));
    expect(named(await check())).toEqual([]);

    // pg_upper is zero, so that pg_checksums passes it over; PostgreSQL itself calls such a page invalid.
    change(files.heap, 2 * 8192, (page) => page.writeUInt8(1, 4000));
    expect(named(await check())).toEqual([`${files.heap} 2`]);
  });

  test('that were cut are told', async () => {
    const path = join(server.dataDirectory, files.heap);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length - 100));

    expect(named(await check())).toEqual([`${files.heap} ${bytes.length / 8192 - 1}`]);
  });

  test('are not looked for behind a link that leads out of the sandbox', () => {
    const outside = mkdtempSync(join(tmpdir(), 'restore-drill-outside-'));
    try {
      mkdirSync(join(outside, 'PG_15_202209061', '5'), { recursive: true });
      writeFileSync(join(outside, 'PG_15_202209061', '5', '16384'), Buffer.alloc(8192));
      symlinkSync(outside, join(server.dataDirectory, 'pg_tblspc', '99999'));
      const found = [...relationFiles(server.dataDirectory, tablespaces)].map(({ name }) => name);

      expect(found).toContain(files.elsewhere);
      expect(found.filter((name) => name.includes('99999'))).toEqual([]);
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });
});
