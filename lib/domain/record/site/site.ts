import type { DatabaseDrills, SiteOptions } from './database-drills.ts';
import { databasePage } from './database-page.ts';
import { indexPage } from './index-page.ts';
import { databasePagePath } from './site-paths.ts';

/** So many drills of a database are drawn and listed: a year of daily ones. */
export const mostSiteDrills = 370;

/** An index of all databases and a page of each, by their paths below the folder of the site. Pure. */
export function renderSite(
  databases: DatabaseDrills[],
  options: SiteOptions,
): { path: string; text: string }[] {
  const sorted = [...databases].sort((a, b) => (a.database < b.database ? -1 : 1));
  return [
    { path: 'index.html', text: indexPage(sorted, options) },
    ...sorted.map((one) => ({ path: databasePagePath(one.database), text: databasePage(one, options) })),
  ];
}
