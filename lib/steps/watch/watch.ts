import { archiveLagLimitSeconds, dumpAgeLimitSeconds } from '../../domain/config/overdue.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import { type AttentionChange, changeOf, isQuiet, openAfter } from '../../domain/watch/attention.ts';
import { type Concern, concernsOf, concernsOfStack } from '../../domain/watch/concerns.ts';
import type { DatabaseFacts, EndedExecution, Read, StackFacts } from '../../domain/watch/facts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Configuration } from '../../ports/drill-ports.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Notifier } from '../../ports/notifier.ts';
import type { DeadLetterQueue, EndedExecutions, WatchMemory, WatchNotes } from '../../ports/watching.ts';
import { type DatabaseWatchPorts, mustLookAtDumps, reasonOf, watchDatabase } from './watch-database.ts';

export interface WatchPorts extends DatabaseWatchPorts {
  clock: Clock;
  configuration: Configuration;
  ledger: Pick<Ledger, 'lastProven' | 'history' | 'show'>;
  notes: WatchNotes;
  executions: EndedExecutions;
  deadLetters: DeadLetterQueue;
  notifiers: Notifier[];
}

interface Watched {
  /** Everything that needs attention now, also what people were told of before: the gauge shows how many. */
  concerns: Concern[];
  /** Facts of each database, for those who want metrics of each. */
  facts: Map<string, DatabaseFacts>;
  now: string;
  /** Why people could not be told, or the memory not be kept: told by failing, after the gauge was sent. */
  problems: unknown[];
}

/**
 * Looks at buckets of an hour whose dumps were young enough at the last look. A listing costs 0.005 USD per 1,000: eight
 * an hour are 0.03 USD a month, so up to eight databases are looked at every hour and 200 once a day. A dump that
 * becomes too old is looked at in the very hour in which it does.
 */
const looksPerHour = 8;
/** The same of archives of WAL, which must be seen soon when they stop: up to 32 every hour are 0.12 USD a month. */
const archivesPerHour = 32;
/** Databases looked at side by side. */
const sideBySide = 16;
/** The clean-up after an abort has its time until a record must be there: three tries of 15 minutes, and waits. */
const cleanUpSeconds = 3600;
/** An execution that just ended may be listed late. */
const listedLateMs = 15 * 60 * 1000;
/** A record is sealed before its execution ends, or by the clean-up after it; three hours hold both and an hourly look. */
const sealedLateMs = 3 * 3600 * 1000;
/** Records are read once a day whatever the executions say: 200 queries an hour would cost 0.02 USD a month. */
const everyRecordSeconds = 24 * 3600;
/** An execution without a record that nobody ever sealed is told of for so long. */
const unsealedForSeconds = 14 * 86_400;

/**
 * The hourly watch: what of any database needs attention, and what changed since the last hour. People are told of each
 * change once, by name, and again when it is well; only what they were told of is remembered, so that a message which
 * could not be sent is sent the next hour.
 *
 * @param everyDump looks at every bucket every hour, for metrics of each database
 */
export async function watch(ports: WatchPorts, { everyDump }: { everyDump: boolean }): Promise<Watched> {
  const now = ports.clock.now().toISOString();
  const problems: unknown[] = [];
  const remembered = await reading(ports, 'memory', () => ports.notes.memory());
  if (remembered.outcome === 'unreadable') problems.push(new Error(remembered.reason));
  const memory = (remembered.outcome === 'read' ? remembered.value : null) ?? nothingKnown(now);
  const ended = await reading(ports, 'executions', () => endedLately(memory, ports.executions, now));
  const readsAll =
    mayHaveRecords(ended) || secondsBetween(memory.allRecordsReadAt, now) >= everyRecordSeconds;
  const { facts, databases } = await watchDatabases(memory, ports, { now, everyDump, readsAll });
  const stack = await stackFacts(memory, ended, ports, now);
  const concerns = [
    ...ports.configuration
      .databases()
      .flatMap((name) => concernsOf(name, ports.configuration.database(name), facts.get(name)!, now)),
    ...concernsOfStack(stack, now),
    ...blindness(remembered),
  ];
  const change = changeOf(memory.told, concerns);
  const told = await tell(change, ports, problems);
  const next: WatchMemory = {
    startedAt: memory.startedAt,
    executionsUntil: stack.unsealed.outcome === 'read' ? now : memory.executionsUntil,
    allRecordsReadAt: readsAll ? now : memory.allRecordsReadAt,
    unsealed: stack.waiting,
    told: told ? openAfter(change, now) : memory.told,
    databases,
  };
  // What cannot be read is not overwritten: it may be there again the next hour.
  if (remembered.outcome === 'read' && JSON.stringify(next) !== JSON.stringify(memory)) {
    await ports.notes.remember(next).catch((error: unknown) => problems.push(error));
  }
  return { concerns, facts, now, problems };
}

const nothingKnown = (now: string): WatchMemory => ({
  startedAt: now,
  executionsUntil: now,
  // Never: the records of all are read now.
  allRecordsReadAt: new Date(0).toISOString(),
  unsealed: [],
  told: [],
  databases: {},
});

const blindness = (remembered: Read<unknown>): Concern[] =>
  remembered.outcome === 'read'
    ? []
    : [
        {
          kind: 'watchBlind',
          database: null,
          drillId: null,
          says: `What the watch knew cannot be read (${remembered.reason}); everything is told again.`,
        },
      ];

/** @returns true when people know of the change, or there was none */
async function tell(change: AttentionChange, ports: WatchPorts, problems: unknown[]): Promise<boolean> {
  if (isQuiet(change)) return true;
  const answers = await Promise.allSettled(
    ports.notifiers.map((notifier) => notifier.notify({ kind: 'attention changed', change })),
  );
  const failures = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [answer.reason as unknown] : [],
  );
  problems.push(...failures);
  return failures.length === 0;
}

async function watchDatabases(
  memory: WatchMemory,
  ports: WatchPorts,
  { now, everyDump, readsAll }: { now: string; everyDump: boolean; readsAll: boolean },
): Promise<{ facts: Map<string, DatabaseFacts>; databases: WatchMemory['databases'] }> {
  const names = ports.configuration.databases();
  const known = (name: string) => memory.databases[name] ?? null;
  const looks = everyDump ? new Set(names) : dumpLooks(names, memory, ports.configuration, now);
  const archives = archiveLooks(names, memory, ports.configuration);
  const found = new Map<string, Awaited<ReturnType<typeof watchDatabase>>>();
  for (let from = 0; from < names.length; from += sideBySide) {
    await Promise.all(
      names.slice(from, from + sideBySide).map(async (name) => {
        const choice = {
          ...{ now, looksAtDumps: looks.has(name), looksAtDrills: readsAll },
          looksAtArchive: archives.has(name),
        };
        const config = ports.configuration.database(name);
        found.set(name, await watchDatabase(name, config, known(name), ports, choice));
      }),
    );
  }
  const entries = names.map((name) => [name, found.get(name)!] as const);
  return {
    facts: new Map(entries.map(([name, { facts }]) => [name, facts])),
    databases: Object.fromEntries(entries.map(([name, { remembered }]) => [name, remembered])),
  };
}

/** Those that must be looked at, and of the others those whose look is longest ago. */
function dumpLooks(
  names: string[],
  memory: WatchMemory,
  configuration: Configuration,
  now: string,
): Set<string> {
  const known = (name: string) => memory.databases[name] ?? null;
  const must = names.filter((name) => mustLookAtDumps(configuration.database(name), known(name), now));
  const inTurn = names
    .filter((name) => !must.includes(name) && dumpAgeLimitSeconds(configuration.database(name)) !== null)
    .sort((a, b) => ((known(a)?.dumps?.lookedAt ?? '') < (known(b)?.dumps?.lookedAt ?? '') ? -1 : 1));
  return new Set([...must, ...inTurn.slice(0, looksPerHour)]);
}

/** Archives of WAL that somebody wants to know of, those first whose look is longest ago. */
function archiveLooks(names: string[], memory: WatchMemory, configuration: Configuration): Set<string> {
  const lookedAt = (name: string) => memory.databases[name]?.archive?.lookedAt ?? '';
  const wanted = names.filter((name) => archiveLagLimitSeconds(configuration.database(name)) !== null);
  return new Set(wanted.sort((a, b) => (lookedAt(a) < lookedAt(b) ? -1 : 1)).slice(0, archivesPerHour));
}

async function stackFacts(
  memory: WatchMemory,
  ended: Read<EndedExecution[]>,
  ports: WatchPorts,
  now: string,
): Promise<StackFacts & { waiting: EndedExecution[] }> {
  const [sweep, deadLetters, lost] = await Promise.all([
    // A sweeper that never reported has had no time yet, or fails: the first three hours tell.
    reading(
      ports,
      'sweep',
      async () => (await ports.notes.sweepReport()) ?? { at: memory.startedAt, outlived: [] },
    ),
    reading(ports, 'dead letters', () => ports.deadLetters.waiting()),
    ended.outcome === 'unreadable'
      ? ended
      : reading(ports, 'records of executions', () => withoutRecord(memory, ended.value, ports, now)),
  ]);
  if (lost.outcome === 'unreadable') return { sweep, deadLetters, unsealed: lost, waiting: memory.unsealed };
  const overdue = lost.value.filter(({ endedAt }) => secondsBetween(endedAt, now) >= cleanUpSeconds);
  return { sweep, deadLetters, unsealed: { outcome: 'read', value: overdue }, waiting: lost.value };
}

/** Executions since the last look, and those after which somebody may still be sealing a record. */
function endedLately(
  { executionsUntil }: WatchMemory,
  executions: EndedExecutions,
  now: string,
): Promise<EndedExecution[]> {
  const sinceLook = Date.parse(executionsUntil) - listedLateMs;
  const since = Math.min(sinceLook, Date.parse(now) - sealedLateMs);
  return executions.endedAfter(new Date(since).toISOString());
}

/** Only an execution, and the clean-up after one, writes records. When nobody can tell, there may be some. */
const mayHaveRecords = (ended: Read<EndedExecution[]>): boolean =>
  ended.outcome === 'unreadable' || ended.value.length > 0;

/** Failed executions, those of the hours before included, that have no record yet. */
async function withoutRecord(
  { unsealed }: WatchMemory,
  ended: EndedExecution[],
  { ledger }: Pick<WatchPorts, 'ledger'>,
  now: string,
): Promise<EndedExecution[]> {
  const failed = ended.filter(({ status }) => status !== 'SUCCEEDED');
  const all = new Map([...unsealed, ...failed].map((one) => [one.drillId, one]));
  const recent = [...all.values()].filter(({ endedAt }) => secondsBetween(endedAt, now) < unsealedForSeconds);
  const records = await Promise.all(recent.map(({ drillId }) => ledger.show(drillId)));
  return recent.filter((_, index) => records[index] === null);
}

async function reading<Value>(
  ports: Pick<WatchPorts, 'onUnreadable'>,
  what: string,
  read: () => Promise<Value>,
): Promise<Read<Value>> {
  try {
    return { outcome: 'read', value: await read() };
  } catch (error) {
    ports.onUnreadable({ database: null, what, error });
    return { outcome: 'unreadable', reason: reasonOf(error) };
  }
}
