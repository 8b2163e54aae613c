import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { renderShow } from '../../domain/record/report/dossier.ts';
import { type ReportKind, renderReport } from '../../domain/record/report/report-files.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { findRecord } from '../ledger/find-record.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { colourWanted, widthOf } from '../render/colour.ts';
import { paintingFor } from '../render/painting.ts';

type ShowFormat = 'text' | 'markdown' | 'json' | 'junit';

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
  process.stdout.write(rendered(record, options.format));
  return 0;
}

/** Says that there is no such record. */
export function noRecord(drillId: string | undefined): number {
  const what =
    drillId === undefined
      ? 'the ledger is empty'
      : `there is no drill "${visibleText(drillId)}" in the ledger`;
  process.stderr.write(`restore-drill: ${what}\nHINT: See \`restore-drill history\`.\n`);
  return 2;
}

function rendered(record: DrillRecord, format: ShowFormat): string {
  switch (format) {
    case 'text':
      return renderShow(
        record,
        widthOf(process.stdout),
        paintingFor(colourWanted(process.stdout, process.env)),
      );
    case 'markdown':
      return made('markdown', record);
    case 'json':
      return made('record', record);
    case 'junit':
      return made('junit', record);
  }
}

/** Made anew, it lies beside no seal. */
const made = (kind: ReportKind, record: DrillRecord): string =>
  renderReport(kind, record, { signedBy: null }).text;
