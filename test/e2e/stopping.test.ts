/** How soon a person gets the terminal back who stops a drill, and what is left of it. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ArchivedCluster, makeArchivedCluster } from '../support/archived-cluster.ts';
import type { Running } from './support/command-line.ts';
import { childrenOf } from './support/processes.ts';
import { isRoot, World } from './support/world.ts';

let rows: string;
let archived: ArchivedCluster;
let world: World;

beforeAll(async () => {
  rows = manyRows();
  archived = await makeArchivedCluster('p', { before: ['CREATE TABLE t AS SELECT 1 AS id'] });
});
afterAll(() => {
  rmSync(archived.folder, { recursive: true, force: true });
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** As large a table as takes seconds to load: more than the pipes and buffers on the way can hold. */
function manyRows(): string {
  const lines = Array.from({ length: 60_000 }, (_, id) => `${id}\t${'x'.repeat(1000)}\n`).join('');
  return [
    '--\n-- PostgreSQL database dump\n--\n',
    '-- Dumped from database version 15.18\n-- Dumped by pg_dump version 15.18\n',
    'CREATE TABLE public.many (\n    id integer,\n    filling text\n);\n',
    `COPY public.many (id, filling) FROM stdin;\n${lines}\\.\n`,
    '--\n-- PostgreSQL database dump complete\n--\n',
  ].join('\n');
}

/** Three seconds, as docs/cli.md says, of a machine that does nothing else. */
const limitSeconds = (): number => 3 * Math.max(1, loadavg()[0] ?? 1);

/** Strikes and measures; the figure stands beside the test in the report. */
async function stopped(
  drill: Running,
  strike: () => void,
  annotate: (text: string) => Promise<unknown>,
): Promise<{ code: number | null; stderr: string }> {
  const limit = limitSeconds();
  const struckAt = performance.now();
  strike();
  const { code, stderr } = await drill.ended;
  const seconds = (performance.now() - struckAt) / 1000;
  await annotate(`ended ${seconds.toFixed(2)} s after the signal`);
  expect(seconds).toBeLessThan(limit);
  return { code, stderr };
}

async function expectInterrupted(key: string): Promise<void> {
  const [record, ...others] = await world.history();
  expect(others).toEqual([]);
  expect(record).toMatchObject({
    verdict: 'COULD_NOT_VERIFY',
    dump: { key },
    attempts: [{ key, verdict: 'COULD_NOT_VERIFY', findingCodes: ['INTERRUPTED'] }],
    teardown: { confirmed: true },
  });
  await world.expectNothingLeft();
}

/** The rows of a table are on their way. */
async function loadingRows(wrapper: string[] = []): Promise<Running> {
  const drill = world.start(['run', '--dump', world.backup('many.sql', rows)], { wrapper });
  await drill.said(/Restore dump into sandbox/);
  await world.untilServerDoes(/COPY/);
  return drill;
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  test('while rows pass ends the drill in 3 s, with its dump in the record', async ({ annotate }) => {
    const drill = await loadingRows();

    const { code, stderr } = await stopped(drill, () => drill.kill(signal), annotate);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^stopping…/m);
    expect(stderr).toMatch(/Dump +many\.sql/);
    await expectInterrupted('many.sql');
  });
});

test.each([0, 1000])(
  'a recovery of a base backup ends in 3 s, %i ms after it began',
  async (milliseconds) => {
    // Nothing is measured here that a fast machine may have done by then.
    const drill = world.start(['run', '--base', archived.base, '--wal', archived.wal]);
    await drill.said(/Restore dump into sandbox/);
    await sleep(milliseconds);
    const struckAt = performance.now();
    drill.kill('SIGINT');
    const { code } = await drill.ended;

    expect((performance.now() - struckAt) / 1000).toBeLessThan(limitSeconds());
    const [record] = await world.history();
    expect(record?.dump?.key).toMatch(/base\/$/);
    expect(code).toBe(record?.verdict === 'PROVEN' ? 0 : 2);
    await world.expectNothingLeft();
  },
);

/** In a namespace of its own, as a container has it. */
const asFirstProcess = [
  'unshare',
  ...(isRoot ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--mount-proc'],
];

describe.each(['SIGINT', 'SIGTERM'] as const)('process 1 of a container hears %s', (signal) => {
  test('while rows pass', async ({ annotate }) => {
    const drill = await loadingRows(asFirstProcess);
    const [first] = childrenOf(drill.pid);

    const { code } = await stopped(drill, () => process.kill(first?.pid ?? 0, signal), annotate);

    expect(code).toBe(2);
    await expectInterrupted('many.sql');
  });

  test('in a command that has nothing to bring in order', async ({ annotate }) => {
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const words = ['pg_dump', '-h', '127.0.0.1', '-p', String(port), '-f', world.path('dump.sql'), 'shop'];
    const waiting = world.start(['witness', '--', ...words], { wrapper: asFirstProcess });
    await once(silent, 'connection');
    const [first] = childrenOf(waiting.pid);

    const { code } = await stopped(waiting, () => process.kill(first?.pid ?? 0, signal), annotate);

    silent.close();
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
  });
});
