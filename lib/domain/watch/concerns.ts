import type { DatabaseConfig } from '../config/index.ts';
import { archiveLagLimitSeconds, dumpAgeLimitSeconds } from '../config/overdue.ts';
import { isWithinForecast } from '../forecast/objective-break.ts';
import { formatMoment, formatSeconds, listOf } from '../text/quantities.ts';
import { secondsBetween } from '../time/spans.ts';
import type { DatabaseFacts, ProvenInKind, Read, StackFacts } from './facts.ts';
import { overdueByKind } from './overdue-by-kind.ts';

/** What the hourly watch can find wrong. Each has its section in docs/runbook.md (lib/contract/alarm-names.ts). */
export type ConcernKind =
  | 'drillFailed'
  | 'provenOverdue'
  | 'dumpTooOld'
  | 'archiveStopped'
  | 'objectiveMissed'
  | 'objectiveForecast'
  | 'leaseExpired'
  | 'deadLetters'
  | 'watchBlind';

/** One thing that needs somebody's attention. A kind comes at most once per database. */
export interface Concern {
  kind: ConcernKind;
  /** Null: of the deployment as a whole. */
  database: string | null;
  /** One sentence: names, counts and moments, never a value of a row. */
  says: string;
  /** The drill it is about; null when it is about none. */
  drillId: string | null;
}

/** The sweeper reports every hour; of three hours two may be late. */
const sweeperSilentSeconds = 3 * 3600;

/** What is wrong with one database. What could not be read counts as wrong: silence would pass for health. */
export function concernsOf(
  database: string,
  config: Pick<DatabaseConfig, 'schedules' | 'source' | 'sandbox' | 'objectives'>,
  facts: DatabaseFacts,
  now: string,
): Concern[] {
  return [
    ...ofLastDrill(facts.drills),
    ...ofProof(config, facts.drills, now),
    ...ofDump(config, facts.newestDump, now),
    ...ofArchive(config, facts.archive),
    ...ofForecast(facts.drills, now),
  ].map((concern) => ({ drillId: null, ...concern, database }));
}

type Found = Pick<Concern, 'kind' | 'says'> & { drillId?: string };

function ofLastDrill(drills: DatabaseFacts['drills']): Found[] {
  if (drills.outcome === 'unreadable') {
    return [{ kind: 'watchBlind', says: `Its records cannot be read (${drills.reason}).` }];
  }
  const { lastDrill } = drills.value;
  if (lastDrill === null || lastDrill.verdict === 'PROVEN') return [];
  const { drillId, verdict, missedObjective, endedAt } = lastDrill;
  const said = verdict.replaceAll('_', ' ');
  return [
    missedObjective
      ? {
          kind: 'objectiveMissed',
          says: `The last drill missed its RTO or RPO: ${said}, ${formatMoment(endedAt)}.`,
          drillId,
        }
      : { kind: 'drillFailed', says: `The last drill ended ${said}, ${formatMoment(endedAt)}.`, drillId },
  ];
}

function ofProof(
  config: Pick<DatabaseConfig, 'schedules' | 'source' | 'sandbox'>,
  drills: DatabaseFacts['drills'],
  now: string,
): Found[] {
  // That records cannot be read is said once, by `watchBlind`.
  if (drills.outcome === 'unreadable') return [];
  const { provenAt, firstWatchedAt, lastDrill, inKinds = {} } = drills.value;
  const limits = overdueByKind(config);
  const overdue = [...limits].flatMap(([kind, limit]) => {
    // Where all drills run in one kind, any proof counts, also one that was asked for in another.
    const several = limits.size > 1;
    const proven = several ? inKinds[kind] : { provenAt, scheduledSince: firstWatchedAt };
    if (proven === undefined) return [];
    const age = secondsBetween(proven.provenAt ?? proven.scheduledSince, now);
    return age > limit ? [notProven(proven, age, limit, several ? ` in ${kind}` : '')] : [];
  });
  if (overdue.length === 0) return [];
  const drill = lastDrill === null ? {} : { drillId: lastDrill.drillId };
  return [{ kind: 'provenOverdue', says: overdue.join(' '), ...drill }];
}

function notProven(
  { provenAt }: ProvenInKind,
  ageSeconds: number,
  limitSeconds: number,
  where: string,
): string {
  const since =
    provenAt === null
      ? `Never proven${where} since it was first watched, ${formatSeconds(ageSeconds)} ago`
      : `Not proven${where} for ${formatSeconds(ageSeconds)}, since ${formatMoment(provenAt)}`;
  return `${since}; ${formatSeconds(limitSeconds)} are allowed.`;
}

function ofDump(
  config: Pick<DatabaseConfig, 'source' | 'objectives'>,
  newest: DatabaseFacts['newestDump'],
  now: string,
): Found[] {
  const limit = dumpAgeLimitSeconds(config);
  if (limit === null || newest === null) return [];
  if (newest.outcome === 'unreadable') {
    return [{ kind: 'dumpTooOld', says: `Its dumps cannot be listed (${newest.reason}).` }];
  }
  if (newest.value === null)
    return [{ kind: 'dumpTooOld', says: 'There is no dump that a drill would take.' }];
  const age = secondsBetween(newest.value.moment, now);
  if (age <= limit) return [];
  return [
    {
      kind: 'dumpTooOld',
      says: `The newest dump, ${newest.value.key}, is ${formatSeconds(age)} old; ${formatSeconds(limit)} are allowed.`,
    },
  ];
}

function ofArchive(
  config: Pick<DatabaseConfig, 'source' | 'objectives'>,
  archive: DatabaseFacts['archive'],
): Found[] {
  const limit = archiveLagLimitSeconds(config);
  if (limit === null || archive === null) return [];
  const stopped = (says: string): Found[] => [{ kind: 'archiveStopped', says }];
  if (archive.outcome === 'unreadable')
    return stopped(`Its archived WAL cannot be listed (${archive.reason}).`);
  const { newest, lookedAt } = archive.value;
  if (newest === null) return stopped('There is no archived WAL at all.');
  const lag = secondsBetween(newest.archivedAt, lookedAt);
  return lag <= limit
    ? []
    : stopped(
        `The newest archived WAL, ${newest.key}, came ${formatSeconds(lag)} ago; ${formatSeconds(limit)} are allowed.`,
      );
}

function ofForecast(drills: DatabaseFacts['drills'], now: string): Found[] {
  const broken = drills.outcome === 'read' ? (drills.value.rtoBreak ?? null) : null;
  if (broken === null || !isWithinForecast(broken, now)) return [];
  const does = broken.certainty === 'likely' ? 'passes it about' : 'comes close to it by';
  return [
    {
      kind: 'objectiveForecast',
      says: `The RTO is forecast to break the objective within 90 days: by its drills it ${does} ${broken.at.slice(0, 10)}; one drill in ten may miss it from ${broken.earliestAt.slice(0, 10)} on.`,
    },
  ];
}

/** What is wrong with the deployment itself. */
export function concernsOfStack(facts: StackFacts, now: string): Concern[] {
  const ofStack = (kind: ConcernKind, says: string, drillId: string | null = null): Concern => ({
    kind,
    database: null,
    says,
    drillId,
  });
  const found = [
    ...ofUnsealed(facts.unsealed),
    ...ofSweep(facts.sweep, now),
    ...ofDeadLetters(facts.deadLetters),
  ];
  return found.map(({ kind, says, drillId }) => ofStack(kind, says, drillId ?? null));
}

/** EventBridge delivers the end of an execution as well as it can: whom that event did not reach is found here. */
function ofUnsealed(unsealed: StackFacts['unsealed']): Found[] {
  if (unsealed.outcome === 'unreadable') {
    return [{ kind: 'watchBlind', says: `Which executions failed cannot be read (${unsealed.reason}).` }];
  }
  return unsealed.value.map(({ drillId, status, endedAt }) => ({
    kind: 'drillFailed',
    says: `The execution ${drillId} ended ${status} at ${formatMoment(endedAt)} and no record was sealed.`,
    drillId,
  }));
}

function ofSweep(sweep: StackFacts['sweep'], now: string): Found[] {
  if (sweep.outcome === 'unreadable') {
    return [{ kind: 'leaseExpired', says: `What the sweeper reported cannot be read (${sweep.reason}).` }];
  }
  const { at, outlived } = sweep.value;
  if (secondsBetween(at, now) > sweeperSilentSeconds) {
    return [
      {
        kind: 'leaseExpired',
        says: `The sweeper, which runs every hour, has not reported since ${formatMoment(at)}.`,
      },
    ];
  }
  const [first] = outlived;
  if (first === undefined) return [];
  const names = outlived.map(({ name, drillId }) => `${name} of drill ${drillId}`);
  return [
    {
      kind: 'leaseExpired',
      says: `What outlived its lease: ${listOf(names, 10)}.`,
      drillId: first.drillId,
    },
  ];
}

function ofDeadLetters(waiting: Read<number>): Found[] {
  if (waiting.outcome === 'unreadable') {
    return [
      { kind: 'deadLetters', says: `Whether anything waits there cannot be read (${waiting.reason}).` },
    ];
  }
  return waiting.value === 0
    ? []
    : [
        {
          kind: 'deadLetters',
          says: `${waiting.value === 1 ? '1 message waits' : `${waiting.value} messages wait`} in the queue of what could not be started.`,
        },
      ];
}
