import { beforeEach, describe, expect, test } from 'vitest';
import { attentionMessages } from '../../../lib/adapters/notices/messages/attention-changed.ts';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { withForecast } from '../../../lib/domain/record/with-forecast.ts';
import { type WatchPorts, watch } from '../../../lib/steps/watch/watch.ts';
import { aRecord, aRecordedDump } from '../../support/records.ts';
import { aWatchedWorld, type WatchedWorld } from './support/watched-world.ts';

const places = {
  region: 'eu-west-1',
  stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill',
  evidenceBucket: 'evidence',
  runbook: 'https://example.com/runbook.md',
};

let world: WatchedWorld;
beforeEach(() => {
  world = aWatchedWorld();
});

/** One run of the watch, and what people were told by it. */
async function anHour(given: Partial<WatchPorts> = {}) {
  const before = world.told.length;
  const { concerns, problems } = await watch({ ...world.ports, ...given }, { everyDump: false });
  world.passHours(1);
  const bodies = world.told
    .slice(before)
    .flatMap((change) => attentionMessages(change, places).map(({ subject, body }) => `${subject}\n${body}`));
  return { attention: concerns.length, problems, bodies };
}

const sealed = (given: Partial<DrillRecord>): DrillRecord =>
  aRecord({
    drillId: `drill-${world.records.length + 1}`,
    endedAt: world.now(),
    startedAt: world.now(),
    ...given,
  });

/** A forecast from 30 to 90 days ahead. */
function forecastBetween(next: number, later: number) {
  const drill = (days: number, central: number) => ({
    at: new Date(Date.parse(world?.now() ?? '2026-11-20T03:00:00.000Z') + days * 86_400_000).toISOString(),
    rtoSeconds: { central, low: central / 1.1, high: central * 1.1 },
    costUsd: null,
  });
  return { next: drill(30, next), in90Days: drill(90, later) };
}

describe('where all is well', () => {
  test('nobody is told anything, and the gauge shows nothing', async () => {
    world.records.push(sealed({ verdict: 'PROVEN' }));

    expect(await anHour()).toEqual({ attention: 0, problems: [], bodies: [] });
    expect(await anHour()).toEqual({ attention: 0, problems: [], bodies: [] });
  });
});

describe('people are told, by name, once, and again when it is well:', () => {
  test('a drill that failed', async () => {
    world.records.push(sealed({ verdict: 'NOT_PROVEN' }));

    const first = await anHour();
    expect(first.attention).toBe(1);
    expect(first.bodies).toHaveLength(1);
    expect(first.bodies[0]).toContain('[restore-drill] shop: A drill failed, timed out or was aborted');
    expect(first.bodies[0]).toContain('The last drill ended NOT PROVEN');
    expect(first.bodies[0]).toContain('drill-1');
    expect(first.bodies[0]).toContain(
      'executions/details/arn:aws:states:eu-west-1:111122223333:execution:restore-drill:drill-1',
    );
    expect(first.bodies[0]).toContain(
      'https://example.com/runbook.md#a-drill-failed-timed-out-or-was-aborted',
    );
    expect(await anHour()).toMatchObject({ attention: 1, bodies: [] });

    world.records.unshift(sealed({ verdict: 'PROVEN' }));
    const well = await anHour();
    expect(well.attention).toBe(0);
    expect(well.bodies[0]).toContain('[restore-drill] shop: well again');
    expect((await anHour()).bodies).toEqual([]);
  });

  test.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)(
    'an execution that ended %s without a record, whose event was lost',
    async (status) => {
      await anHour();
      world.failed.push({ drillId: 'shop-lost', status, endedAt: world.now() });

      // The clean-up still has its time.
      expect((await anHour()).bodies).toEqual([]);
      const told = await anHour();
      expect(told.attention).toBe(1);
      expect(told.bodies[0]).toContain(`The execution shop-lost ended ${status}`);
      expect((await anHour()).bodies).toEqual([]);

      world.records.push(sealed({ drillId: 'shop-lost', verdict: 'PROVEN' }));
      expect((await anHour()).bodies[0]).toContain('WELL AGAIN');
    },
  );

  test('drills that stopped happening', async () => {
    world.records.push(sealed({ verdict: 'PROVEN' }));
    await anHour();

    world.passHours(33 * 24 - 24);
    world.upload();
    expect((await anHour()).bodies).toEqual([]);
    world.passHours(2);
    const told = await anHour();
    expect(told.attention).toBe(1);
    expect(told.bodies[0]).toContain('shop: No proven drill for too long');
    expect(told.bodies[0]).toMatch(/Not proven for .*; .* are allowed/);
  });

  test('a database whose first drill never came', async () => {
    await anHour();
    world.passHours(34 * 24);
    world.upload();

    expect((await anHour()).bodies[0]).toContain('Never proven since it was first watched');
  });

  test('a dump that is too old, in the hour in which it becomes so', async () => {
    await anHour();
    world.passHours(22);
    expect((await anHour()).attention).toBe(0);
    world.passHours(2);

    const told = await anHour();
    expect(told.bodies[0]).toContain('shop: The newest dump is too old');
    expect(told.bodies[0]).toContain(world.newestKey());

    world.upload();
    expect((await anHour()).bodies[0]).toContain('WELL AGAIN');
  });

  test('dumps that were deleted', async () => {
    await anHour();
    world.objects.length = 0;

    expect((await anHour()).bodies[0]).toContain('There is no dump that a drill would take');
  });

  test('a bucket that refuses to be listed, and a ledger that cannot be read', async () => {
    const openStore = () =>
      Promise.reject(new DrillError('DUMP_UNREADABLE', 'no access', { hint: 'Grant s3:ListBucket.' }));
    const pointers = {
      newest: () => Promise.reject(new DrillError('LEDGER_UNREADABLE', 'no', { hint: 'Deploy.' })),
    };

    const told = await anHour({ openStore, pointers });

    expect(told.attention).toBe(2);
    expect(told.bodies[0]).toContain('Its dumps cannot be listed (DUMP_UNREADABLE)');
    expect(told.bodies[0]).toContain('Its records cannot be read (LEDGER_UNREADABLE)');
    expect((await anHour()).bodies[0]).toContain('WELL AGAIN');
  });

  test('a missed objective, and one that growth will miss', async () => {
    const start = Date.parse(world.now());
    const growing = [2400, 2700, 3000, 3300].map((actualSeconds, place) => {
      const startedAt = new Date(start - (3 - place) * 30 * 86_400_000).toISOString();
      return sealed({
        ...{ drillId: `drill-${place}`, startedAt, sandbox: 'rds' },
        dump: aRecordedDump({ bytes: actualSeconds * 1e6 }),
        phases: [{ name: 'Restore dump into sandbox', startedAt, seconds: actualSeconds }],
        rto: { targetSeconds: 3600, actualSeconds, lastProvenSeconds: null },
      });
    });
    world.records.push(...growing.map((record) => withForecast(record, growing)).reverse());
    const forecast = await anHour();
    expect(forecast.bodies[0]).toContain('shop: An objective is about to be missed');
    expect(forecast.bodies[0]).toContain(
      'forecast to break the objective within 90 days: by its drills it passes it about 2026-12-20',
    );

    const findings = [finding('RTO_MISSED', 'too slow')];
    world.records.unshift(sealed({ verdict: 'NOT_PROVEN', drillId: 'drill-slow', findings }));
    const missed = await anHour();

    expect(missed.bodies[0]).toContain('shop: An objective was missed');
    expect(missed.bodies[0]).toContain('#an-objective-was-missed');
    expect(missed.bodies[0]).not.toContain('A drill failed');
  });

  test('what outlived its lease, and a sweeper that fell silent', async () => {
    world.sweep = { at: world.now(), outlived: [{ name: 'restore-drill-x', drillId: 'drill-7' }] };
    expect((await anHour()).bodies[0]).toContain('What outlived its lease: restore-drill-x of drill drill-7');

    world.sweep = { at: world.now(), outlived: [] };
    expect((await anHour()).bodies[0]).toContain('WELL AGAIN');

    world.sweeperIsDead = true;
    world.passHours(4);
    expect((await anHour()).bodies[0]).toContain(
      'The sweeper, which runs every hour, has not reported since',
    );
  });

  test('a sweeper that never came', async () => {
    world.sweep = null;
    expect((await anHour()).attention).toBe(0);
    world.passHours(3);

    expect((await anHour()).bodies[0]).toContain('has not reported since');
  });

  test('what could not be started', async () => {
    world.deadLetters = 2;

    expect((await anHour()).bodies[0]).toContain('2 messages wait in the queue of what could not be started');
  });
});

describe('a database that is drilled daily in the task and monthly in RDS', () => {
  test('is told when the monthly drills stop although the daily ones go on, and well again after one', async () => {
    world = aWatchedWorld({
      config: `databases:
  shop:
    source: { bucket: backups }
    schedule: [{ cron: daily, sandbox: task }, { cron: monthly, sandbox: rds }]
`,
    });
    const proven = (sandbox: 'rds' | 'task') =>
      sealed({ verdict: 'PROVEN', sandbox, drillId: `${sandbox}-${world.now()}` });
    world.records.push(proven('rds'));
    await anHour();
    const told: string[] = [];
    for (let day = 0; day < 34; day += 1) {
      world.records.unshift(proven('task'));
      // The ledger gives the newest only: what was seen once is remembered.
      if (day > 10) world.records.splice(5);
      told.push(...(await anHour()).bodies);
      world.passHours(23);
    }
    expect(told).toEqual([expect.stringMatching(/Not proven in rds for 33 d/)]);

    world.records.unshift(proven('rds'));
    expect((await anHour()).bodies[0]).toContain('WELL AGAIN');
  });
});

describe('a forecast of the recovery time', () => {
  const forecast = { drills: 4, leftOut: [], not: null, ...forecastBetween(3000, 3650) };

  test('counts by the newest record that has one, against the objective of today', async () => {
    world.records.push(
      sealed({ verdict: 'PROVEN', sandbox: 'rds', drillId: 'refused' }),
      sealed({ verdict: 'PROVEN', sandbox: 'rds', forecast }),
    );
    expect((await anHour()).attention).toBe(1);
    world = aWatchedWorld({
      config: `databases: { shop: { source: { bucket: backups }, objectives: { rto: 2h } } }`,
    });
    world.records.push(sealed({ verdict: 'PROVEN', sandbox: 'rds', forecast }));
    expect((await anHour()).attention).toBe(0);
  });

  test('of the monthly drills counts behind daily ones in another kind of sandbox', async () => {
    const daily = { ...forecast, ...forecastBetween(60, 70) };
    world.records.push(
      sealed({ verdict: 'PROVEN', sandbox: 'task', forecast: daily }),
      sealed({ verdict: 'PROVEN', sandbox: 'rds', forecast }),
    );
    expect((await anHour()).attention).toBe(1);
  });

  test('that an earlier release remembered is none', async () => {
    world.records.push(sealed({ verdict: 'PROVEN' }));
    await anHour();
    const facts = world.memory?.databases.shop?.drills?.facts;
    delete facts?.rtoBreak;
    expect((await anHour()).attention).toBe(0);
  });
});

describe('the archive of a source of base backups', () => {
  test('is told when nothing was archived for longer than the RPO, and well again with the next segment', async () => {
    world = aWatchedWorld({
      config: `databases:
  shop:
    source: { bucket: backups, physical: { wal: { prefix: wal/ } } }
    objectives: { rpo: 5m }
`,
    });
    const archive = (digit: string) =>
      world.objects.push({
        ...{ key: `wal/00000001000000000000000${digit}`, sizeBytes: 1 },
        modifiedAt: world.now(),
      });
    archive('1');
    expect(await anHour()).toMatchObject({ attention: 0 });
    const told = await anHour();
    expect(told.attention).toBe(1);
    expect(told.bodies[0]).toContain('shop: The archiving of WAL has stopped');
    expect(told.bodies[0]).toContain('wal/000000010000000000000001, came 1 h');

    archive('2');
    expect((await anHour()).bodies[0]).toContain('WELL AGAIN');
  });
});

describe('a start that was refused because another drill ran', () => {
  test('says nothing of the backup', async () => {
    world.records.push(
      sealed({ verdict: 'COULD_NOT_VERIFY', findings: [finding('DRILL_ALREADY_RUNNING', 'is running')] }),
      sealed({ verdict: 'PROVEN' }),
    );

    expect((await anHour()).attention).toBe(0);
  });
});

describe('a watch that cannot do its work', () => {
  test('tells the next hour what it could not tell in this one, and says that it failed', async () => {
    world.records.push(sealed({ verdict: 'NOT_PROVEN' }));
    const mute = { name: 'the topic', notify: () => Promise.reject(new Error('KMSDisabled')) };

    const failed = await anHour({ notifiers: [mute] });

    expect(failed.problems).toHaveLength(1);
    expect(failed.attention).toBe(1);
    const told = await anHour();
    expect(told.bodies).toHaveLength(1);
    expect(told.problems).toEqual([]);
  });

  test('tells everything again when its memory cannot be read, and keeps that memory', async () => {
    world.records.push(sealed({ verdict: 'NOT_PROVEN' }));
    await anHour();
    const kept = JSON.stringify(world.memory);
    const notes = { ...world.ports.notes, memory: () => Promise.reject(new Error('throttled')) };

    const blind = await anHour({ notes });

    expect(blind.problems).toHaveLength(1);
    expect(blind.bodies[0]).toContain('The last drill ended NOT PROVEN');
    expect(blind.bodies[0]).toContain('What the watch knew cannot be read');
    expect(JSON.stringify(world.memory)).toBe(kept);
  });

  test('says so when it could not remember', async () => {
    const notes = { ...world.ports.notes, remember: () => Promise.reject(new Error('throttled')) };

    expect((await anHour({ notes })).problems).toHaveLength(1);
  });

  test('counts what it cannot read of the deployment as wrong', async () => {
    const refuses = () => Promise.reject(new Error('AccessDenied'));

    await anHour();
    const told = await anHour({
      executions: { endedAfter: refuses },
      deadLetters: { waiting: refuses },
      notes: { ...world.ports.notes, sweepReport: refuses },
    });

    expect(told.attention).toBe(3);
  });
});

describe('an idle hour', () => {
  test('reads no record again, and asks which there are once a day unless an execution has ended', async () => {
    world.records.push(sealed({ verdict: 'PROVEN' }));
    for (let hour = 0; hour < 4; hour += 1) await anHour();
    world.counts.records = 0;
    world.counts.pointers = 0;

    for (let hour = 0; hour < 24; hour += 1) await anHour();
    expect(world.counts).toMatchObject({ records: 0, pointers: 1 });

    world.records.unshift(sealed({ verdict: 'NOT_PROVEN' }));
    expect((await anHour()).bodies.join()).toContain('The last drill ended NOT PROVEN');
  });

  test('asks every database when nobody can tell whether an execution has ended', async () => {
    for (let hour = 0; hour < 4; hour += 1) await anHour();
    world.counts.pointers = 0;

    await anHour({ executions: { endedAfter: () => Promise.reject(new Error('AccessDenied')) } });

    expect(world.counts.pointers).toBe(1);
  });

  test('of 200 databases lists eight buckets, and each once a day', async () => {
    world = aWatchedWorld({ databases: 200 });
    await anHour();
    expect(world.counts.listings).toBe(200);
    world.counts.listings = 0;

    await anHour();
    expect(world.counts.listings).toBe(8);

    for (let hour = 0; hour < 23; hour += 1) {
      if (hour % 12 === 0) world.upload();
      await anHour();
    }
    expect(world.counts.listings).toBe(8 * 24);
    expect(world.listed.size).toBe(200);
  });
});
