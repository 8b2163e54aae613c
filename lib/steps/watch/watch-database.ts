import type { DatabaseConfig } from '../../domain/config/index.ts';
import { dumpAgeLimitSeconds } from '../../domain/config/overdue.ts';
import { isDrillError } from '../../domain/findings/errors.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import type { DatabaseFacts, Read } from '../../domain/watch/facts.ts';
import type { DrillPorts } from '../../ports/drill-ports.ts';
import type { WatchedDatabase } from '../../ports/watching.ts';
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

/** Looks at one database. Each half stands alone: that the bucket refuses says nothing of the ledger. */
export async function watchDatabase(
  database: string,
  config: DatabaseConfig,
  known: WatchedDatabase | null,
  ports: DatabaseWatchPorts,
  { now, looksAtDumps, looksAtDrills }: { now: string; looksAtDumps: boolean; looksAtDrills: boolean },
): Promise<LookedAt> {
  const [drills, dumps] = await Promise.all([
    read('drills', async () =>
      !looksAtDrills && known?.drills != null
        ? known.drills
        : lookAtDrills(database, config.objectives.rtoSeconds, known, ports, now),
    ),
    looksAtDumps ? read('dumps', () => dumpsNow()) : Promise.resolve(null),
  ]);
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
    },
    remembered: { firstWatchedAt, drills: drillsNow, dumps: rememberedDumps },
  };

  async function dumpsNow() {
    const opened = await ports.openStore(config.source);
    const tooOldAfterSeconds = dumpAgeLimitSeconds(config);
    return lookAtDumps(config.source, opened, known?.dumps ?? null, { now, tooOldAfterSeconds });
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

const neverLooked = (now: string) => ({ newest: null, lookedAt: now, listedAllAt: now });

function dumpFact(dumps: WatchedDatabase['dumps']): DatabaseFacts['newestDump'] {
  if (dumps === null) return null;
  if (dumps.refusedFor !== null) return { outcome: 'unreadable', reason: dumps.refusedFor };
  return { outcome: 'read', value: dumps.newest };
}
