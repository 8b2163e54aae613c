import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { scheduledRuns } from '../../domain/config/scheduled-runs.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { auditTables } from '../../domain/record/audit/audit-csv.ts';
import {
  type AuditedDatabase,
  type AuditPeriod,
  drillsIn,
  lastDayOf,
} from '../../domain/record/audit/audit-input.ts';
import { auditPage } from '../../domain/record/audit/audit-page.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { type AllDrills, type DatabasesOptions, readAllDrills } from '../ledger/databases-drills.ts';
import type { AccountSurroundings } from '../remote/account.ts';

interface AuditOptions extends DatabasesOptions {
  /** A day, or a moment with its offset. */
  from: string;
  /** Default: now. A day is included to its end. */
  to?: string;
  out?: string;
}

/** `restore-drill audit`: a period for who audits it, as a page and as tables. */
export async function audit(options: AuditOptions, surroundings?: AccountSurroundings): Promise<number> {
  const from = new Date(options.from).toISOString();
  const all = await readAllDrills(options, { since: from }, surroundings);
  const period: AuditPeriod = { from, to: endOf(options.to, all.asOf), asOf: all.asOf };
  if (period.from >= period.to)
    throw new DrillError('REQUEST_INVALID', `the period from ${period.from} to ${period.to} is empty`, {
      hint: 'Give --from a day before --to, and not in the future.',
    });
  const databases = all.databases.map((one) => audited(one, period, all));
  const folder = options.out ?? `audit-${period.from.slice(0, 10)}-${lastDayOf(period)}`;
  const files = [
    { path: 'audit.html', text: auditPage(databases, period) },
    ...auditTables(databases, period),
  ];
  try {
    await mkdir(folder, { recursive: true });
    for (const { path, text } of files) await writeFile(join(folder, path), text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DrillError('EVIDENCE_UNWRITABLE', `the export cannot be written: ${reason}`, {
      hint: 'Give a folder that can be written with --out.',
      cause: error,
    });
  }
  const drills = databases.reduce((sum, one) => sum + drillsIn(one, period).length, 0);
  const counted = `${formatCountOf(databases.length, 'database')}, ${formatCountOf(drills, 'drill')}`;
  process.stderr.write(
    `wrote ${join(folder, 'audit.html')} and ${formatCountOf(files.length - 1, 'table')} beside it (${counted})\n`,
  );
  if (all.config === null)
    process.stderr.write('when drills were due is not in it: give drills.yaml with --config\n');
  return 0;
}

const dayMs = 86_400_000;
const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

/** A period does not reach into the future: what has not begun is not missing. */
function endOf(to: string | undefined, asOf: string): string {
  if (to === undefined) return asOf;
  const end = new Date(Date.parse(to) + (isDay(to) ? dayMs : 0)).toISOString();
  return end < asOf ? end : asOf;
}

function audited(
  { database, records }: AllDrills['databases'][number],
  { from, to }: AuditPeriod,
  { config }: AllDrills,
): AuditedDatabase {
  const due = config === null ? null : scheduledRuns(config.databases[database]?.schedules ?? [], from, to);
  return { database, records, due };
}
