import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrillError } from '../../domain/findings/errors.ts';
import { pastDrills } from '../../domain/record/past-drills.ts';
import { renderJson } from '../../domain/record/report/json.ts';
import {
  type RenderedReport,
  type ReportKind,
  renderReport,
  renderReports,
} from '../../domain/record/report/report-files.ts';
import { sha256Hex } from '../../domain/text/sha256.ts';
import { findRecord } from '../ledger/find-record.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { noRecord } from './show.ts';

/** What --format calls each kind. */
const kindOf = {
  html: 'html',
  markdown: 'markdown',
  json: 'record',
  junit: 'junit',
} as const satisfies Record<string, ReportKind>;

type ReportFormat = keyof typeof kindOf;

/** So far back the drills before one are looked for; the reports draw fewer, but an old drill lies behind many. */
const mostRead = 200;

interface ReportOptions extends LedgerOptions {
  format: ReportFormat;
  /** Folder for all of them, instead of one on stdout. */
  out?: string;
}

/** `restore-drill report`: the reports of a drill, made anew from its sealed record. 2 when there is no such record. */
export async function report(
  drillId: string | undefined,
  options: ReportOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  if (drillId === undefined)
    throw new DrillError('REQUEST_INVALID', 'no drill was named', {
      hint: 'Name one as `restore-drill history` shows it, or give --site DIR for pages of all drills.',
    });
  const found = await withLedger(
    options,
    async (ledger) => {
      const record = await findRecord(ledger, drillId);
      if (record === null) return null;
      const history = await ledger.history({ database: record.database, limit: mostRead });
      return { record, past: pastDrills(record, history) };
    },
    surroundings,
  );
  if (found === null) return noRecord(drillId);
  const { record, past } = found;
  // Made anew, they lie beside no seal.
  const context = { signedBy: null, recordSha256: await sha256Hex(renderJson(record)), past };
  if (options.out === undefined)
    process.stdout.write(renderReport(kindOf[options.format], record, context).text);
  else await writeAll(renderReports(record, context), options.out);
  return 0;
}

async function writeAll(reports: RenderedReport[], folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of reports) {
      await writeFile(join(folder, name), text);
      process.stderr.write(`wrote ${join(folder, name)}\n`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DrillError('EVIDENCE_UNWRITABLE', `the reports cannot be written: ${reason}`, {
      hint: 'Give a folder that can be written with --out.',
      cause: error,
    });
  }
}
