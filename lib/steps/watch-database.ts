import { evidenceOf, watchId } from '../contract/evidence.ts';
import { watchMetrics } from '../contract/metric-names.ts';
import type { DumpObject } from '../domain/backup/dump.ts';
import { listedMoment } from '../domain/backup/dump-moment.ts';
import { selectDumps } from '../domain/backup/dump-selection.ts';
import { forecastRto } from '../domain/record/trend.ts';
import { secondsBetween } from '../domain/time/spans.ts';
import type { Clock } from '../ports/clock.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { EvidenceStore } from '../ports/evidence-store.ts';
import type { Ledger } from '../ports/ledger.ts';
import { selectionCriteria } from './select-dump.ts';

/** Stands for "never", in hours: more than a century, above any threshold that an alarm can have. */
export const neverHours = 1_000_000;
/** How far ahead a forecast alarms. */
const forecastDays = 90;
/** Records that a forecast looks at: four years of monthly drills. */
const forecastRecords = 48;

export interface WatchPorts extends Pick<DrillPorts, 'configuration' | 'openStore'> {
  clock: Clock;
  ledger: Pick<Ledger, 'lastProven' | 'history'>;
  evidence: Pick<EvidenceStore, 'find' | 'write'>;
}

/** One gauge, or why it could not be read; then `value` is what alarms. */
interface Gauge {
  metric: string;
  value: number;
  problem: unknown;
}

/**
 * The hourly gauges of one database. Each stands alone: what cannot be read counts as the worst, because silence
 * would pass for health.
 */
export async function watchDatabase(database: string, ports: WatchPorts): Promise<Gauge[]> {
  const gauge = (metric: string, worst: number, read: () => Promise<number>): Promise<Gauge> =>
    read().then(
      (value) => ({ metric, value, problem: null }),
      (problem: unknown) => ({ metric, value: worst, problem }),
    );
  return Promise.all([
    gauge(watchMetrics.hoursSinceProven, neverHours, () => hoursSinceProven(database, ports)),
    gauge(watchMetrics.newestDumpAgeHours, neverHours, () => newestDumpAgeHours(database, ports)),
    gauge(watchMetrics.rtoForecastMissed, 1, () => rtoForecastMissed(database, ports)),
  ]);
}

async function hoursSinceProven(database: string, ports: WatchPorts): Promise<number> {
  const proven = await ports.ledger.lastProven(database);
  return hoursSince(proven?.endedAt ?? (await firstWatched(database, ports)), ports.clock);
}

/**
 * A database that was never proven counts from the first time it was watched: a new one has its first schedule before
 * it.
 */
async function firstWatched(database: string, { evidence, clock }: WatchPorts): Promise<string> {
  const known = await evidence.find(evidenceOf.firstWatched(database), watchId);
  if (known !== null) return known.at;
  const at = clock.now().toISOString();
  await evidence.write(evidenceOf.firstWatched(database), watchId, { at });
  return at;
}

/** By the selector's own rules, so that what a drill would refuse does not count as a dump. */
async function newestDumpAgeHours(database: string, ports: WatchPorts): Promise<number> {
  const { source } = ports.configuration.database(database);
  const opened = await ports.openStore(source);
  const objects: DumpObject[] = [];
  for await (const object of opened.store.list()) objects.push(object);
  const [newest] = selectDumps(
    objects,
    selectionCriteria(source, opened, { at: null, key: null, now: ports.clock.now().toISOString() }),
  ).candidates;
  if (newest === undefined) return neverHours;
  return hoursSince(listedMoment(newest), ports.clock);
}

async function rtoForecastMissed(database: string, ports: WatchPorts): Promise<number> {
  const { rtoSeconds } = ports.configuration.database(database).objectives;
  if (rtoSeconds === null) return 0;
  const records = await ports.ledger.history({ database, limit: forecastRecords });
  const forecast = forecastRto(records, rtoSeconds);
  if (forecast.outcome === 'already exceeded') return 1;
  if (forecast.outcome !== 'exceeds') return 0;
  return secondsBetween(ports.clock.now().toISOString(), forecast.at) <= forecastDays * 86_400 ? 1 : 0;
}

/** Never negative: a dump whose name lies in the future by no more than its zone is fresh. */
const hoursSince = (moment: string, clock: Clock): number =>
  Math.max(0, secondsBetween(moment, clock.now().toISOString()) / 3600);
