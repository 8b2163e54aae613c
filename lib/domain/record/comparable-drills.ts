import { phaseNames } from '../drill/phase-names.ts';
import { objectivesOnly } from '../findings/finding-registry.ts';
import type { LeftOut } from '../forecast/forecast.ts';
import type { DrillMeasurement, MeasuredPart } from '../forecast/measurement.ts';
import type { DrillRecord } from './drill-record.ts';

/** So many newest drills are looked at: a month of daily ones, three years of monthly ones. */
const mostMeasured = 36;

/** Parts of a recovery that are no phase of a drill by themselves. */
const indexes = 'Indexes, keys and constraints';
const between = 'Between the steps';

type Reason =
  | 'a real restore, which waits for people'
  | 'in another kind of sandbox'
  | 'restored or checked in part only, so that the time is not that of a recovery'
  | 'with another server, another number of connections or another kind of backup';

/**
 * The drills that say something of one to come, in the order of time, and why the others do not. Drills are compared that ran in
 * the same kind of sandbox, restored and checked everything, and had the server, the connections and the kind of backup of the
 * newest of them. Missed objectives leave a time as good as it is.
 *
 * @param records of one database in any order
 * @param sandbox of the drill that is forecast; absent in records of releases that did not say
 * @param until drills that started later are none of its past, ISO 8601
 */
export function comparableDrills(
  records: readonly DrillRecord[],
  sandbox: DrillRecord['sandbox'],
  until: string,
): { measurements: DrillMeasurement[]; leftOut: LeftOut[] } {
  const past = [...new Map(records.map((record) => [record.drillId, record])).values()]
    .filter(({ startedAt }) => Date.parse(startedAt) <= Date.parse(until))
    .sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  const newest = past.findLast((record) => incomparable(record, sandbox) === null);
  const counts = new Map<Reason, number>();
  const measurements = past.flatMap((record) => {
    const reason =
      incomparable(record, sandbox) ??
      (newest === undefined || isAlike(record, newest)
        ? null
        : 'with another server, another number of connections or another kind of backup');
    if (reason === null) return [measurementOf(record)];
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [];
  });
  return {
    measurements: measurements.slice(-mostMeasured),
    leftOut: [...counts].map(([reason, drills]) => ({ drills, reason })),
  };
}

function incomparable(record: DrillRecord, sandbox: DrillRecord['sandbox']): Reason | null {
  if (record.mode !== 'drill') return 'a real restore, which waits for people';
  if (record.sandbox !== undefined && record.sandbox !== sandbox) return 'in another kind of sandbox';
  const decisive = record.findings.filter(
    ({ severity }) => severity === 'error' || severity === 'unverified',
  );
  const whole =
    record.verdict === 'PROVEN' ||
    (record.verdict === 'NOT_PROVEN' && decisive.every(({ code }) => objectivesOnly.has(code)));
  const { actualSeconds } = record.rto;
  return whole && record.attempts.length <= 1 && actualSeconds !== null && actualSeconds > 0
    ? null
    : 'restored or checked in part only, so that the time is not that of a recovery';
}

/** What else decides how fast it goes. What an older record does not say is taken for the same. */
function isAlike(record: DrillRecord, newest: DrillRecord): boolean {
  const [one, other] = [surroundings(record), surroundings(newest)];
  return one.every(
    (fact, place) => fact === undefined || other[place] === undefined || fact === other[place],
  );
}

/** The version of a format makes no other kind of backup of it. */
const surroundings = ({ server, restore, dump }: DrillRecord) => [
  server,
  restore?.connections,
  restore?.serverVersion.split('.')[0],
  dump?.format.replaceAll(/[\d.]+/g, ''),
];

/** Phases whose time follows from how much there is. */
const working: ReadonlySet<string> = new Set([
  phaseNames.restore,
  phaseNames.unpackBase,
  phaseNames.readWal,
  phaseNames.replayWal,
  phaseNames.verifyPages,
  phaseNames.carry,
  phaseNames.checks,
]);

/** Phases that are no part of a recovery, or come after it. */
const outside: ReadonlySet<string> = new Set([
  phaseNames.waitForSlot,
  phaseNames.read,
  phaseNames.promote,
  phaseNames.tearDown,
]);

function measurementOf(record: DrillRecord): DrillMeasurement {
  const rtoSeconds = record.rto.actualSeconds ?? 0;
  const rows = record.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = record.dump?.bytes ?? 0;
  const size = bytes > 0 ? bytes : rows > 0 ? rows : null;
  const parts = partsOf(record, size);
  const told = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  return {
    drillId: record.drillId,
    day: Date.parse(record.startedAt) / 86_400_000,
    rtoSeconds,
    parts: [...parts, { name: between, seconds: rtoSeconds - told, amount: null }],
    size,
    costUsd: record.cost?.actualUsd ?? null,
  };
}

function partsOf({ phases, restore }: DrillRecord, size: number | null): MeasuredPart[] {
  return phases
    .filter(({ name, seconds }) => !outside.has(name) && Number.isFinite(seconds))
    .flatMap(({ name, seconds, bytes, rows }) => {
      const amount = working.has(name) ? (bytes ?? size ?? rows ?? null) : null;
      const index = name === phaseNames.restore ? Math.min(seconds, restore?.indexSeconds ?? 0) : 0;
      return [
        { name, seconds: seconds - index, amount },
        ...(index > 0 ? [{ name: indexes, seconds: index, amount }] : []),
      ];
    });
}
