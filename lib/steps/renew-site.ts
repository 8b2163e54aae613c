import { nextScheduledRun } from '../domain/config/scheduled-runs.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { DatabaseDrills, SiteOptions } from '../domain/record/site/database-drills.ts';
import { databasePage } from '../domain/record/site/database-page.ts';
import { indexPage } from '../domain/record/site/index-page.ts';
import { databasePagePath } from '../domain/record/site/site-paths.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** On the page of a database: each is read from the ledger at every end of a drill. */
const mostDrills = 60;
/** Databases whose last drills are read at once, for the index. */
const atOnce = 8;

/** From the site to the reports of drills in the evidence bucket. */
const drillsFolder = '../drills/';

/**
 * Renews what the site says of a database, and the index. What does not work is said as a mishap and ends no drill: the next one
 * renews both.
 */
export async function renewSite(
  { drillId, database }: Pick<DrillRecord, 'drillId' | 'database'>,
  ports: Pick<DrillPorts, 'clock' | 'configuration' | 'ledger' | 'mishaps' | 'site'>,
): Promise<void> {
  const { site, configuration, clock, mishaps } = ports;
  // A request that could not be understood may name anything.
  if (site === null || !configuration.databases().includes(database)) return;
  const now = (): SiteOptions => ({ asOf: clock.now().toISOString(), drillsFolder });
  try {
    await site.renew(databasePagePath(database), async () =>
      databasePage(await drillsOf(database, mostDrills, now().asOf, ports), now()),
    );
    await site.renew('index.html', async () => indexPage(await newestOfAll(now().asOf, ports), now()));
  } catch (error) {
    mishaps.tell({ what: 'renew the site', drillId, error, unheard: false });
  }
}

type Reading = Pick<DrillPorts, 'configuration' | 'ledger'>;

async function newestOfAll(asOf: string, ports: Reading): Promise<DatabaseDrills[]> {
  const names = ports.configuration.databases();
  const all: DatabaseDrills[] = [];
  for (let from = 0; from < names.length; from += atOnce)
    all.push(
      ...(await Promise.all(names.slice(from, from + atOnce).map((name) => drillsOf(name, 1, asOf, ports)))),
    );
  return all.sort((a, b) => (a.database < b.database ? -1 : 1));
}

async function drillsOf(
  database: string,
  most: number,
  asOf: string,
  { configuration, ledger }: Reading,
): Promise<DatabaseDrills> {
  const records = await ledger.history({ database, limit: most });
  const proven = records.find(({ verdict }) => verdict === 'PROVEN');
  return {
    database,
    records,
    lastProven: proven ?? (await ledger.lastProven(database)),
    nextDrill: nextScheduledRun(configuration.database(database).schedules, asOf),
  };
}
