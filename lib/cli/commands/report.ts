import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportFiles } from '../../contract/evidence.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { renderJson } from '../../domain/record/report/json.ts';
import { renderJunit } from '../../domain/record/report/junit.ts';
import { renderMarkdown } from '../../domain/record/report/markdown.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { noRecord } from './show.ts';

const reports = {
  markdown: { file: reportFiles.markdown, render: renderMarkdown },
  json: { file: reportFiles.record, render: renderJson },
  junit: { file: reportFiles.junit, render: renderJunit },
} as const satisfies Record<string, { file: string; render: (record: DrillRecord) => string }>;

type ReportFormat = keyof typeof reports;

interface ReportOptions extends LedgerOptions {
  format: ReportFormat;
  /** Folder for all of them, instead of one on stdout. */
  out?: string;
}

/** `restore-drill report`: the reports of a drill, made anew from its sealed record. 2 when there is no such record. */
export async function report(
  drillId: string,
  options: ReportOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  const record = await withLedger(options, (ledger) => ledger.show(drillId), surroundings);
  if (record === null) return noRecord(drillId);
  if (options.out === undefined) process.stdout.write(reports[options.format].render(record));
  else await writeAll(record, options.out);
  return 0;
}

async function writeAll(record: DrillRecord, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { file, render } of Object.values(reports)) {
      await writeFile(join(folder, file), render(record));
      process.stderr.write(`wrote ${join(folder, file)}\n`);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DrillError('EVIDENCE_UNWRITABLE', `the reports cannot be written: ${reason}`, {
      hint: 'Give a folder that can be written with --out.',
      cause: error,
    });
  }
}
