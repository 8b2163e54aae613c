import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { renderShow } from '../../domain/record/report/dossier.ts';
import type { KnownSeal } from '../../domain/record/report/known-seal.ts';
import { type ReportKind, renderReport } from '../../domain/record/report/report-files.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { findRecord } from '../ledger/find-record.ts';
import { withEvidence } from '../ledger/with-evidence.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { colourWanted, widthOf } from '../render/colour.ts';
import { paintingFor } from '../render/painting.ts';
import { readKnownSeal } from '../verify/known-seal.ts';
import { trustedKeys } from '../verify/trusted-keys.ts';

/** What --format calls each kind of report. */
const kindOf = { markdown: 'markdown', json: 'record', junit: 'junit' } as const satisfies Record<
  string,
  ReportKind
>;

type ShowFormat = 'text' | keyof typeof kindOf;

interface ShowOptions extends LedgerOptions {
  format: ShowFormat;
}

/** `restore-drill show`: one record; the newest when none is named. 2 when there is no such record. */
export async function show(
  drillId: string | undefined,
  options: ShowOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  const record = await withLedger(
    options,
    async (ledger) =>
      drillId === undefined ? (await ledger.history({ limit: 1 }))[0] : findRecord(ledger, drillId),
    surroundings,
  );
  if (record === undefined || record === null) return noRecord(drillId);
  if (options.format === 'text')
    process.stdout.write(
      renderShow(record, widthOf(process.stdout), paintingFor(colourWanted(process.stdout, process.env))),
    );
  else
    process.stdout.write(
      renderReport(kindOf[options.format], record, { seal: await sealOf(record, options, surroundings) })
        .text,
    );
  return 0;
}

/** Of Markdown alone: the other formats say nothing of a seal. */
const sealOf = async (
  record: DrillRecord,
  options: ShowOptions,
  surroundings: AccountSurroundings | undefined,
): Promise<KnownSeal> =>
  options.format === 'markdown'
    ? withEvidence(
        options,
        async (evidence) => readKnownSeal(record, evidence, await trustedKeys(options)),
        surroundings,
      )
    : { state: 'none' };

/** Says that there is no such record. */
export function noRecord(drillId: string | undefined): number {
  const what =
    drillId === undefined
      ? 'the ledger is empty'
      : `there is no drill "${visibleText(drillId)}" in the ledger`;
  process.stderr.write(`restore-drill: ${what}\nHINT: See \`restore-drill history\`.\n`);
  return 2;
}
