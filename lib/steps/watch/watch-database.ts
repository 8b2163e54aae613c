import type { ChoosableKind } from '../../domain/config/choosable-kinds.ts';
import type { DatabaseConfig } from '../../domain/config/index.ts';
import { archiveLagLimitSeconds, dumpAgeLimitSeconds } from '../../domain/config/overdue.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import type { DatabaseFacts, Read } from '../../domain/watch/facts.ts';
import { overdueByKind } from '../../domain/watch/overdue-by-kind.ts';
import type { DrillPorts } from '../../ports/drill-ports.ts';
import type { WatchedDatabase } from '../../ports/watching.ts';
import { lookAtArchive } from './look-at-archive.ts';
import { type DrillLookPorts, lookAtDrills } from './look-at-drills.ts';
import { lookAtDumps } from './look-at-dumps.ts';

export interface DatabaseWatchPorts extends DrillLookPorts, Pick<DrillPorts, 'openStore'> {
  /** Hears what could not be read, for the log. */
  onUnreadable(what: { database: string | null; what: string; error: unknown }): void;
}

/** What was found, and what to remember of it. */
interface LookedAt {
  facts: DatabaseFacts;
  remembered: WatchedDatabase;
}

/** Why something could not be read: our code for it, or the service's name of the error. Never its words. */
export const reasonOf = (error: unknown): string =>
  isDrillError(error) ? error.code : error instanceof Error ? error.name : 'unknown';

/** Whether a look at the bucket is due whatever the turn: nothing is known, nothing could be read, or it seems too old. */
export function mustLookAtDumps(config: DatabaseConfig, known: WatchedDatabase | null, now: string): boolean {
  const limit = dumpAgeLimitSeconds(config);
  const dumps = known?.dumps ?? null;
  if (limit === null) return false;
  if (dumps === null || dumps.newest === null || dumps.refusedFor !== null) return true;
  return secondsBetween(dumps.newest.moment, now) > limit;
}

/** What is looked at this hour; of the rest the last look counts. */
interface Looks {
  now: string;
  looksAtDumps: boolean;
  looksAtArchive: boolean;
  looksAtDrills: boolean;
}

/** Looks at one database. Each half stands alone: that the bucket refuses says nothing of the ledger. */
export async function watchDatabase(
  database: string,
  config: DatabaseConfig,
  known: WatchedDatabase | null,
  ports: DatabaseWatchPorts,
  { now, looksAtDumps, looksAtArchive, looksAtDrills }: Looks,
): Promise<LookedAt> {
  const [drills, dumps, archive] = await Promise.all([
    read('drills', async () =>
      !looksAtDrills && known?.drills != null
        ? known.drills
        : lookAtDrills(
            database,
            { rtoTargetSeconds: config.objectives.rtoSeconds, kinds: kindsApart(config) },
            known,
            ports,
            now,
          ),
    ),
    looksAtDumps ? read('dumps', () => dumpsNow()) : Promise.resolve(null),
    looksAtArchive ? read('archived WAL', () => archiveNow()) : Promise.resolve(null),
  ]);
  const knownArchive = known?.archive ?? null;
  const rememberedArchive =
    archive === null
      ? knownArchive
      : archive.outcome === 'read'
        ? archive.value
        : { ...(knownArchive ?? neverLooked(now)), refusedFor: archive.reason };
  const rememberedDumps =
    dumps === null
      ? (known?.dumps ?? null)
      : dumps.outcome === 'read'
        ? dumps.value
        : { ...(known?.dumps ?? neverLooked(now)), refusedFor: dumps.reason };
  const drillsNow = drills.outcome === 'read' ? drills.value : (known?.drills ?? null);
  const firstWatchedAt = drillsNow?.facts.firstWatchedAt ?? known?.firstWatchedAt ?? now;
  return {
    facts: {
      drills: drills.outcome === 'read' ? { outcome: 'read', value: drills.value.facts } : drills,
      newestDump: dumpFact(rememberedDumps),
      archive: archiveFact(rememberedArchive),
    },
    remembered: {
      ...{ firstWatchedAt, drills: drillsNow, dumps: rememberedDumps },
      ...(rememberedArchive === null ? {} : { archive: rememberedArchive }),
    },
  };

  async function dumpsNow() {
    const opened = await ports.openStore(config.source);
    const tooOldAfterSeconds = dumpAgeLimitSeconds(config);
    return lookAtDumps(config.source, opened, known?.dumps ?? null, { now, tooOldAfterSeconds });
  }

  async function archiveNow() {
    const opened = await ports.openStore(config.source);
    const tooOldAfterSeconds = archiveLagLimitSeconds(config) ?? Number.POSITIVE_INFINITY;
    const walPrefix = config.source.physical?.walPrefix ?? '';
    return lookAtArchive(walPrefix, opened, known?.archive ?? null, { now, tooOldAfterSeconds });
  }

  async function read<Value>(what: string, look: () => Promise<Value>): Promise<Read<Value>> {
    try {
      return { outcome: 'read', value: await look() };
    } catch (error) {
      ports.onUnreadable({ database, what, error });
      return { outcome: 'unreadable', reason: reasonOf(error) };
    }
  }
}

/** Kinds of sandbox whose drills are looked at apart: those of several schedules. */
function kindsApart(config: DatabaseConfig): ChoosableKind[] {
  const kinds = [...overdueByKind(config).keys()];
  return kinds.length > 1 ? kinds : [];
}

const neverLooked = (now: string) => ({ newest: null, lookedAt: now, listedAllAt: now });

function dumpFact(dumps: WatchedDatabase['dumps']): DatabaseFacts['newestDump'] {
  if (dumps === null) return null;
  if (dumps.refusedFor !== null) return { outcome: 'unreadable', reason: dumps.refusedFor };
  return { outcome: 'read', value: dumps.newest };
}

function archiveFact(archive: WatchedDatabase['archive'] | null): DatabaseFacts['archive'] {
  if (archive == null) return null;
  const { newest, lookedAt, refusedFor } = archive;
  return refusedFor === null
    ? { outcome: 'read', value: { newest, lookedAt } }
    : { outcome: 'unreadable', reason: refusedFor };
}
