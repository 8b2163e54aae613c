import { readConfig } from '../../adapters/files/config-file.ts';
import type { DrillConfig } from '../../domain/config/index.ts';
import { nextScheduledRun } from '../../domain/config/scheduled-runs.ts';
import type { DatabaseDrills } from '../../domain/record/site/database-drills.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { localLedger } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { systemClock } from '../../runtimes/system-clock.ts';
import { type AccountSurroundings, inAccount } from '../remote/account.ts';
import { wantsAccount } from '../remote/account-options.ts';
import { warnOfDamage } from './ledger-damage.ts';
import type { LedgerOptions } from './with-ledger.ts';

export interface DatabasesOptions extends LedgerOptions {
  /** drills.yaml, which says when drills are due. */
  config?: string;
}

/** The drills of all databases, as one moment saw them. */
export interface AllDrills {
  /** ISO 8601. */
  asOf: string;
  databases: DatabaseDrills[];
  /** Null: no drills.yaml was given, and nobody knows when drills are due. */
  config: DrillConfig | null;
}

/** How far back drills are read. */
type Reach = number | { since: string };

/** What is first asked for, when nobody knows how many drills a period holds; then four times as many. */
const firstRead = 200;

async function historyOf(ledger: Ledger, database: string, reach: Reach): Promise<DatabaseDrills['records']> {
  if (typeof reach === 'number') return ledger.history({ database, limit: reach });
  for (let limit = firstRead; ; limit *= 4) {
    const records = await ledger.history({ database, limit });
    const oldest = records.at(-1);
    if (oldest === undefined || records.length < limit || oldest.startedAt < reach.since) return records;
  }
}

/** On one machine all databases lie in one file, which is read whole anyway. */
const mostOnThisMachine = 50_000;

/**
 * Reads the newest drills of every database, of this machine or of a stack.
 *
 * @param reach so many drills of one database, or all that began since a moment
 */
export async function readAllDrills(
  options: DatabasesOptions,
  reach: Reach,
  surroundings?: AccountSurroundings,
): Promise<AllDrills> {
  const config = options.config === undefined ? null : await readConfig(options.config);
  if (wantsAccount(options))
    return inAccount(
      options,
      async (account) => {
        const ledger = await account.ledger();
        const asOf = account.clock.now().toISOString();
        const names = [...new Set([...account.stack.databases, ...Object.keys(config?.databases ?? {})])];
        const read = async (database: string) =>
          drillsOf(database, await historyOf(ledger, database, reach), ledger, config, asOf);
        const databases: DatabaseDrills[] = [];
        // One after the other: a table that is paid by the request is not asked for a hundred histories at once.
        for (const name of names) databases.push(await read(name));
        return { asOf, config, databases };
      },
      surroundings,
    );
  const ledger = localLedger(placesFor(options), warnOfDamage);
  const asOf = systemClock.now().toISOString();
  const records = await ledger.history({ limit: mostOnThisMachine });
  const names = [
    ...new Set([...records.map(({ database }) => database), ...Object.keys(config?.databases ?? {})]),
  ];
  const databases = await Promise.all(
    names.map((name) => {
      const all = records.filter(({ database }) => database === name);
      const own = typeof reach === 'number' ? all.slice(0, reach) : all;
      return drillsOf(name, own, ledger, config, asOf);
    }),
  );
  return { asOf, config, databases };
}

async function drillsOf(
  database: string,
  records: DatabaseDrills['records'],
  ledger: Ledger,
  config: DrillConfig | null,
  asOf: string,
): Promise<DatabaseDrills> {
  const proven = records.find(({ verdict }) => verdict === 'PROVEN') ?? null;
  const known = config !== null;
  return {
    database,
    records,
    lastProven: proven ?? (await ledger.lastProven(database)),
    ...(known ? { nextDrill: nextScheduledRun(config.databases[database]?.schedules ?? [], asOf) } : {}),
  };
}
