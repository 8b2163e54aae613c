import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from './support/command-line.ts';
import { makeSlowDump, type SlowDump, written } from './support/fixtures.ts';
import { childrenOf, processesIn } from './support/processes.ts';
import { World } from './support/world.ts';

/** Two minutes of rows: whatever the load of the machine, the restore still runs when we strike. */
const endlessMilliseconds = 120;

let slow: SlowDump;
let world: World;

beforeAll(async () => {
  slow = await makeSlowDump();
});
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const dump = (name: string, millisecondsPerRow: number): string =>
  written(world.path('backups'), name, slow.text(millisecondsPerRow));

/** A drill whose restore is under way. */
async function restoring(name = 'slow.sql') {
  const drill = world.start(['run', '--json', '--dump', dump(name, endlessMilliseconds)]);
  await drill.said(/Restore dump into sandbox/);
  await world.untilServerDoes(/COPY/);
  return drill;
}

/** A drill whose restore is done and whose check sleeps. */
async function checking() {
  dump('slow.sql', 0);
  const config = written(
    world.base,
    'drills.yaml',
    `databases:
  slow:
    source: { folder: ./backups }
    checks: [{ sql: { name: a long look, query: select count(*) from pg_sleep(120), expect: 1 } }]
`,
  );
  const drill = world.start(['run', '--json', 'slow', '--config', config]);
  await drill.said(/Run checks/);
  // Configured queries are fetched from a cursor; the built-in checks, which SELECT, may be over before one looks.
  await world.untilServerDoes(/FETCH/);
  return drill;
}

describe('a drill that is interrupted', () => {
  const strikes = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => ({
    signal,
    when: 'while it restores',
    begin: () => restoring(),
  }));
  test.each([...strikes, { signal: 'SIGINT', when: 'while it checks', begin: checking } as const])(
    'ends in order: $signal $when',
    async ({ signal, begin }) => {
      const drill = await begin();
      const struckAt = Date.now();
      drill.kill(signal);
      const ended = await drill.ended;
      // Neither the rest of the rows nor the check is waited for; both would take two minutes.
      expect(Date.now() - struckAt).toBeLessThan(40_000);
      await world.expectOutcome(
        { ...ended, record: recordOf(ended) },
        { verdict: 'COULD_NOT_VERIFY', code: 'INTERRUPTED' },
      );
    },
  );

  test('leaves the lock free: the next run is PROVEN', async () => {
    const drill = await restoring();
    drill.kill('SIGTERM');
    await drill.ended;
    await world.expectProven(['--dump', dump('slow.sql', 0)]);
  });
});

describe('a drill whose process is killed', () => {
  test.each([
    { when: 'while it restores', begin: () => restoring() },
    { when: 'while it checks', begin: checking },
  ])('leaves no server and no data $when, and does not block the next run', async ({ begin }) => {
    const drill = await begin();
    drill.kill('SIGKILL');
    await drill.ended;
    await world.expectNothingLeft();
    await world.expectProven(['--dump', dump('slow.sql', 0)]);
  });

  test('and whose watchdog is killed too leaves leftovers that the next run removes and names', async () => {
    const { pid } = await killedWithWatchdog();
    expect(processesIn(world.temporaryDirectory).map((found) => found.pid)).toContain(pid);
    const next = await world.drill(['--dump', dump('slow.sql', 0)]);
    expect(next.stderr).toMatch(/removed what drill \S+-slow-\S+ left behind: PostgreSQL \d+ sandbox/);
    expect(next.record.verdict).toBe('PROVEN');
    await world.expectSealed(next);
  });

  test('leaves nothing that `sweep` does not remove', async () => {
    const { pid } = await killedWithWatchdog();
    const dry = await world.run(['sweep', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/would remove: PostgreSQL/) });
    expect(processesIn(world.temporaryDirectory).map((found) => found.pid)).toContain(pid);
    const swept = await world.run(['sweep']);
    expect(swept).toMatchObject({ code: 0, stdout: expect.stringMatching(/removed: PostgreSQL/) });
    await world.expectNothingLeft();
    expect((await world.run(['sweep'])).stdout).toContain('nothing was left behind');
  });
});

/** Ends the drill and what guards its sandbox at once, as the loss of a machine's memory would. */
async function killedWithWatchdog() {
  const drill = await restoring();
  const backend = await world.untilServerDoes(/COPY/);
  const guards = childrenOf(drill.pid).filter(({ title }) => title.includes('watchdog'));
  expect(guards).toHaveLength(1);
  for (const { pid } of guards) process.kill(pid, 'SIGKILL');
  drill.kill('SIGKILL');
  await drill.ended;
  return { pid: backend.pid };
}

describe('two drills at once', () => {
  test('of one database: the second is refused, the first is unharmed', async () => {
    const path = dump('slow.sql', 15);
    const first = world.start(['run', '--json', '--dump', path]);
    await first.said(/Restore dump into sandbox/);
    const second = await world.drill(['--dump', path]);
    expect(second.record).toMatchObject({ verdict: 'COULD_NOT_VERIFY', teardown: { confirmed: true } });
    expect(second.code).toBe(2);
    const [refusal] = second.record.findings;
    expect(refusal).toMatchObject({ code: 'DRILL_ALREADY_RUNNING', hint: expect.stringMatching(/./) });
    const ended = await first.ended;
    const record = recordOf(ended);
    expect(record.verdict).toBe('PROVEN');
    await world.expectSealed({ ...ended, record });
    expect((await world.history()).map(({ drillId }) => drillId).sort()).toEqual(
      [record.drillId, second.record.drillId].sort(),
    );
  });

  test('of two databases: both are PROVEN', async () => {
    const runs = ['one.sql', 'two.sql'].map((name) =>
      world.start(['run', '--json', '--dump', dump(name, 5)]),
    );
    const ended = await Promise.all(runs.map((run) => run.ended));
    expect(ended.map((run) => recordOf(run).verdict)).toEqual(['PROVEN', 'PROVEN']);
    expect(await world.history()).toHaveLength(2);
    await world.expectNothingLeft();
  });
});

describe('a server that dies', () => {
  test('while it restores is named as lost, and the sandbox is gone', async () => {
    const drill = await restoring();
    const server = processesIn(world.temporaryDirectory).find(({ title }) => /bin\/postgres/.test(title));
    expect(server).toBeDefined();
    process.kill(server?.pid ?? 0, 'SIGKILL');
    const ended = await drill.ended;
    await world.expectOutcome(
      { ...ended, record: recordOf(ended) },
      { verdict: 'COULD_NOT_VERIFY', code: 'SANDBOX_LOST' },
    );
  });

  test('in the backend that loads is not healed behind our back', async () => {
    const drill = await restoring();
    const backend = await world.untilServerDoes(/COPY/);
    await sleep(100);
    process.kill(backend.pid, 'SIGKILL');
    const ended = await drill.ended;
    await world.expectOutcome(
      { ...ended, record: recordOf(ended) },
      { verdict: 'COULD_NOT_VERIFY', code: 'SANDBOX_LOST' },
    );
  });
});
