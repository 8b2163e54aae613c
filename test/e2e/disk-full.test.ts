import { createWriteStream, mkdirSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRoot, World } from './support/world.ts';

/** An empty cluster takes about 45 MB of this, the dump's rows would take 130 MB. */
const diskMegabytes = 100;

let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterAll(() => {
  world?.remove();
});

/** A plain dump as pg_dump writes it, with rows of a kilobyte each. */
async function writeDump(path: string, rows: number): Promise<void> {
  const head =
    '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n\n' +
    'CREATE TABLE public.numbers (\n    n integer NOT NULL,\n    filling text\n);\n\nCOPY public.numbers (n, filling) FROM stdin;\n';
  const tail = '\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n';
  function* text() {
    yield head;
    for (let n = 1; n <= rows; n += 1) yield `${n}\t${'x'.repeat(1000)}\n`;
    yield tail;
  }
  await pipeline(Readable.from(text()), createGzip({ level: 1 }), createWriteStream(path));
}

// A disk of its own is a mount, and only root may make one.
function defineTests(): void {
  test('is named as such, and the sandbox is gone', async () => {
    const dump = world.path('big.sql.gz');
    await writeDump(dump, 130_000);
    const sandboxes = world.path('small-disk');
    mkdirSync(sandboxes, { mode: 0o711 });
    // The mount is seen by this one process tree and goes with it.
    const mount = `mount -t tmpfs -o size=${diskMegabytes}m,mode=0711 tmpfs '${sandboxes}' && exec "$@"`;
    const wrapper = ['unshare', '--mount', 'sh', '-c', mount, 'sh'];
    const env = { RESTORE_DRILL_SANDBOX_DIR: sandboxes };
    const { record } = await world.expectDrill(
      ['--dump', dump],
      { verdict: 'COULD_NOT_VERIFY', code: 'SANDBOX_DISK_FULL' },
      { env, wrapper },
    );
    expect(record.findings.map(({ severity }) => severity)).not.toContain('error');
  });

  test('was large enough for the head of the same dump', async () => {
    const dump = world.path('small.sql.gz');
    await writeDump(dump, 1000);
    const { record } = await world.expectProven(['--dump', dump]);
    expect(record.tables).toMatchObject([{ name: 'numbers', rows: 1000 }]);
  });
}

if (isRoot) describe('a disk that gets full while the dump is restored', defineTests);
else {
  test('a full disk was not tried: mounting a small one needs root', () => {
    process.stderr.write('not run: test/e2e/disk-full.test.ts (needs root)\n');
    expect(isRoot).toBe(false);
  });
}
