import type { DatabaseConfig } from '../config/index.ts';
import { dumpAgeLimitSeconds, overdueAfterSeconds } from '../config/overdue.ts';
import { formatMoment, formatSeconds } from '../text/quantities.ts';
import { secondsBetween } from '../time/spans.ts';
import type { DatabaseFacts, Read, StackFacts } from './facts.ts';

/** What the hourly watch can find wrong. Each has its section in docs/runbook.md (lib/contract/alarm-names.ts). */
export type ConcernKind =
  | 'drillFailed'
  | 'provenOverdue'
  | 'dumpTooOld'
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

/** How far ahead a forecast warns. */
const forecastSeconds = 90 * 86_400;
/** The sweeper reports every hour; of three hours two may be late. */
const sweeperSilentSeconds = 3 * 3600;

/** What is wrong with one database. What could not be read counts as wrong: silence would pass for health. */
export function concernsOf(
  database: string,
  config: Pick<DatabaseConfig, 'schedules' | 'source' | 'objectives'>,
  facts: DatabaseFacts,
  now: string,
): Concern[] {
  return [
    ...ofLastDrill(facts.drills),
    ...ofProof(config, facts.drills, now),
    ...ofDump(config, facts.newestDump, now),
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
  { schedules }: Pick<DatabaseConfig, 'schedules'>,
  drills: DatabaseFacts['drills'],
  now: string,
): Found[] {
  const limit = overdueAfterSeconds(schedules);
  // That records cannot be read is said once, by `watchBlind`.
  if (limit === null || drills.outcome === 'unreadable') return [];
  const { provenAt, firstWatchedAt, lastDrill } = drills.value;
  const age = secondsBetween(provenAt ?? firstWatchedAt, now);
  if (age <= limit) return [];
  const since =
    provenAt === null
      ? `Never proven since it was first watched, ${formatSeconds(age)} ago`
      : `Not proven for ${formatSeconds(age)}, since ${formatMoment(provenAt)}`;
  const drill = lastDrill === null ? {} : { drillId: lastDrill.drillId };
  return [{ kind: 'provenOverdue', says: `${since}; ${formatSeconds(limit)} are allowed.`, ...drill }];
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

function ofForecast(drills: DatabaseFacts['drills'], now: string): Found[] {
  if (drills.outcome === 'unreadable' || drills.value.rtoExceededAt === null) return [];
  if (secondsBetween(now, drills.value.rtoExceededAt) > forecastSeconds) return [];
  return [
    {
      kind: 'objectiveForecast',
      says: `By the trend of its proven drills the RTO is exceeded from ${formatMoment(drills.value.rtoExceededAt)}.`,
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
  const names = outlived.slice(0, 10).map(({ name, drillId }) => `${name} of drill ${drillId}`);
  const more = outlived.length > names.length ? ` and ${outlived.length - names.length} more` : '';
  return [
    {
      kind: 'leaseExpired',
      says: `What outlived its lease: ${names.join(', ')}${more}.`,
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
          says: `${waiting.value} messages wait in the queue of what could not be started.`,
        },
      ];
}
