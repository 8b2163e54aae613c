import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { recordDigest } from '../../adapters/seals/record-digest.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { pastDrills } from '../../domain/record/past-drills.ts';
import { renderHtml } from '../../domain/record/report/html.ts';
import { mostSiteDrills, renderSite } from '../../domain/record/site/site.ts';
import { reportPath } from '../../domain/record/site/site-paths.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { type DatabasesOptions, readAllDrills } from '../ledger/databases-drills.ts';
import { withEvidence } from '../ledger/with-evidence.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { readKnownSeal } from '../verify/known-seal.ts';
import { type KeyOptions, trustedKeys } from '../verify/trusted-keys.ts';

interface SiteCommandOptions extends DatabasesOptions, KeyOptions {
  /** Folder for the pages. */
  site: string;
}

const drillsFolder = 'drills/';

/** Drills whose seals are read at once: a year of daily ones of an account is waited for seconds. */
const atOnce = 16;

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
  const keys = await trustedKeys(options);
  const reports = databases.reduce((sum, { records }) => sum + records.length, 0);
  await withEvidence(
    options,
    async (evidence) => {
      for (const { records } of databases)
        for (let from = 0; from < records.length; from += atOnce)
          await Promise.all(
            records.slice(from, from + atOnce).map(async (record) => {
              const seal = await readKnownSeal(record, evidence, keys);
              const context = { seal, recordSha256: recordDigest(record), past: pastDrills(record, records) };
              await write(reportPath(drillsFolder, record.drillId), renderHtml(record, context));
            }),
          );
    },
    surroundings,
  );
  for (const { path, text } of renderSite(databases, { asOf, drillsFolder })) await write(path, text);
  const counted = `${formatCountOf(databases.length, 'database')}, ${formatCountOf(reports, 'report')}`;
  process.stderr.write(`wrote ${join(folder, 'index.html')} (${counted})\n`);
  return 0;
}
