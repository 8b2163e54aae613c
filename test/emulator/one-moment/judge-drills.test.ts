import { expect, test } from 'vitest';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { aRecord } from '../../support/records.ts';
import { scheduledDatabases } from './databases.ts';
import { drawMoment } from './drawn-moment.ts';
import { type EndedDrill, judgeDrills } from './judge-drills.ts';

const moment = drawMoment(1);
const startedTwice = [...moment.twoInvocations, ...moment.byHandBeside];
const plain = scheduledDatabases.find(
  (name) => ![moment.cutShort, moment.stopped, ...moment.sameInvocationTwice, ...startedTwice].includes(name),
) as string;

/** The drill of each database as it should end. */
function drilled(database: string, change: Partial<DrillRecord> = {}): DrillRecord {
  const ended: Partial<DrillRecord> =
    database === moment.stopped
      ? { verdict: 'COULD_NOT_VERIFY', findings: [finding('INTERRUPTED', 'stopped')] }
      : database === moment.cutShort
        ? { verdict: 'NOT_PROVEN', findings: [finding('DUMP_TRUNCATED', 'cut')] }
        : {};
  return aRecord({ ...ended, database, drillId: `${database}-a`, ...change });
}

const refused = (database: string): DrillRecord =>
  aRecord({
    ...{ database, drillId: `${database}-b`, verdict: 'COULD_NOT_VERIFY' },
    findings: [finding('DRILL_ALREADY_RUNNING', 'another runs')],
  });

function execution({ drillId, verdict, findings }: DrillRecord): EndedDrill {
  const isRefused = findings.some(({ code }) => code === 'DRILL_ALREADY_RUNNING');
  return {
    name: drillId,
    status: verdict === 'PROVEN' ? 'SUCCEEDED' : 'FAILED',
    states: isRefused ? ['Seal record'] : ['Plan sandbox', 'Provision sandbox', 'Seal record'],
  };
}

const whole = [...scheduledDatabases.map((name) => drilled(name)), ...startedTwice.map(refused)];
const without = (drillId: string) => whole.filter((record) => record.drillId !== drillId);

test('of a moment as it should be nothing is wrong', () => {
  expect(judgeDrills(moment, whole.map(execution), whole)).toEqual([]);
});

test.each<[string, DrillRecord[], RegExp]>([
  [
    'two drills of one database',
    [...whole, drilled(plain, { drillId: `${plain}-b` })],
    /has 2 drills of one moment/,
  ],
  ['a database without a drill', without(`${plain}-a`), /has no drill of the moment/],
  ['a second start that left no record', without(`${moment.byHandBeside[0]}-b`), /has 0 refused starts/],
  [
    'a drill that gave up waiting',
    [...without(`${plain}-a`), drilled(plain, { findings: [finding('NO_FREE_SLOT', 'none')] })],
    /gave up waiting/,
  ],
  [
    'a drill that is not what it should be',
    [...without(`${plain}-a`), drilled(plain, { verdict: 'NOT_PROVEN' })],
    /is NOT_PROVEN .* and not PROVEN/,
  ],
])('%s: it is told', (_what, records, told) => {
  expect(judgeDrills(moment, records.map(execution), records).join('\n')).toMatch(told);
});

test('a drill that went on without a sandbox is told, and one that waited in secret', () => {
  const executions = whole.map(execution);
  const skipped = executions.map((one) =>
    one.name === `${plain}-a`
      ? { ...one, states: ['Plan sandbox', 'Wait for a free slot', 'Seal record'] }
      : one,
  );

  const wrong = judgeDrills(moment, skipped, whole);

  expect(wrong).toEqual([
    `${plain}-a was skipped: it never used its slot`,
    `${plain}-a waited, and its record says otherwise`,
  ]);
});
