import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DrillError } from '../../domain/findings/errors.ts';
import { pastDrills } from '../../domain/record/past-drills.ts';
import { renderHtml } from '../../domain/record/report/html.ts';
import { renderJson } from '../../domain/record/report/json.ts';
import { mostSiteDrills, renderSite } from '../../domain/record/site/site.ts';
import { reportPath } from '../../domain/record/site/site-paths.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { sha256Hex } from '../../domain/text/sha256.ts';
import { type DatabasesOptions, readAllDrills } from '../ledger/databases-drills.ts';
import type { AccountSurroundings } from '../remote/account.ts';

interface SiteCommandOptions extends DatabasesOptions {
  /** Folder for the pages. */
  site: string;
}

const drillsFolder = 'drills/';

/** `restore-drill report --site`: an index of all databases, a page of each, and the report of every drill on them. */
export async function reportSite(
  options: SiteCommandOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  const { asOf, databases } = await readAllDrills(options, mostSiteDrills, surroundings);
  const folder = options.site;
  const write = async (path: string, text: string): Promise<void> => {
    const file = join(folder, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DrillError('EVIDENCE_UNWRITABLE', `the pages cannot be written: ${reason}`, {
        hint: 'Give a folder that can be written with --site.',
        cause: error,
      });
    }
  };
  let reports = 0;
  for (const { records } of databases)
    for (const record of records) {
      const recordSha256 = await sha256Hex(renderJson(record));
      const context = { signedBy: null, recordSha256, past: pastDrills(record, records) };
      await write(reportPath(drillsFolder, record.drillId), renderHtml(record, context));
      reports += 1;
    }
  for (const { path, text } of renderSite(databases, { asOf, drillsFolder })) await write(path, text);
  const counted = `${formatCountOf(databases.length, 'database')}, ${formatCountOf(reports, 'report')}`;
  process.stderr.write(`wrote ${join(folder, 'index.html')} (${counted})\n`);
  return 0;
}
