import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { recordDigest } from '../../adapters/seals/record-digest.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { pastDrills } from '../../domain/record/past-drills.ts';
import type { ReportContext } from '../../domain/record/report/report-context.ts';
import { type ReportKind, renderReport, renderReports } from '../../domain/record/report/report-files.ts';
import { sealFile } from '../../domain/record/seal/envelope.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import { findRecord } from '../ledger/find-record.ts';
import { withEvidence } from '../ledger/with-evidence.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { readKnownSeal } from '../verify/known-seal.ts';
import { findSealedFiles } from '../verify/sealed-files.ts';
import { type KeyOptions, trustedKeys } from '../verify/trusted-keys.ts';
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

interface ReportOptions extends LedgerOptions, KeyOptions {
  format: ReportFormat;
  /** Folder for all of them, instead of one on stdout. */
  out?: string;
}

/**
 * `restore-drill report`: the reports of a drill. On stdout one of them, made anew from the record; into a folder all of them as they
 * were sealed, with the seal, or made anew where that is not possible. 2 when there is no such record.
 */
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
  const anew = async (evidence: EvidenceStore): Promise<ReportContext> => ({
    seal: await readKnownSeal(record, evidence, await trustedKeys(options)),
    recordSha256: recordDigest(record),
    past,
  });
  return withEvidence(
    options,
    async (evidence) => {
      if (options.out === undefined)
        process.stdout.write(renderReport(kindOf[options.format], record, await anew(evidence)).text);
      else {
        const sealed = await findSealedFiles(record.drillId, evidence);
        if (sealed !== null)
          await writeAll([...sealed.reports, { name: sealFile, text: sealed.seal }], options.out);
        else await writeAnew(record, await anew(evidence), options.out);
      }
      return 0;
    },
    surroundings,
  );
}

async function writeAnew(record: DrillRecord, context: ReportContext, out: string): Promise<void> {
  await writeAll(renderReports(record, context), out);
  // One that lies there is of other files.
  await rm(join(out, sealFile), { force: true });
  if (context.seal.state !== 'none')
    process.stderr.write(
      'the files that were sealed are not all there as the seal says: these were made anew, and no seal is of them\n',
    );
}

async function writeAll(files: { name: string; text: string }[], folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    for (const { name, text } of files) {
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
