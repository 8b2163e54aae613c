import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { renderHistory } from '../../domain/record/report/history-table.ts';
import { forecastRto } from '../../domain/record/trend.ts';
import { formatSeconds } from '../../domain/text/quantities.ts';
import { visibleJson } from '../../domain/text/visible-text.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { widthOf } from '../render/colour.ts';

interface HistoryOptions extends LedgerOptions {
  limit: string;
  json?: boolean;
}

/** `restore-drill history`: past drills, newest first. */
export async function history(
  database: string | undefined,
  options: HistoryOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  const limit = Math.max(1, Number.parseInt(options.limit, 10) || 20);
  const records = await withLedger(
    options,
    (ledger) => ledger.history({ limit, ...(database === undefined ? {} : { database }) }),
    surroundings,
  );
  const text =
    options.json === true ? `${visibleJson(records, 2)}\n` : renderHistory(records, widthOf(process.stdout));
  process.stdout.write(text + (options.json === true ? '' : rtoOutlook(records)));
  return 0;
}

/** What the trend of one database promises, when it has an objective and enough records to say anything. */
function rtoOutlook(records: DrillRecord[]): string {
  const [newest] = records;
  const targetSeconds = newest?.rto.targetSeconds ?? null;
  if (targetSeconds === null || records.some(({ database }) => database !== newest?.database)) return '';
  const forecast = forecastRto(records, targetSeconds);
  switch (forecast.outcome) {
    case 'exceeds':
      return `\nThe recovery time grows; at this rate it exceeds its objective of ${formatSeconds(targetSeconds)} about ${forecast.at.slice(0, 10)} (from ${forecast.records} drills).\n`;
    case 'already exceeded':
      return `\nThe recovery time already exceeds its objective of ${formatSeconds(targetSeconds)}.\n`;
    default:
      return '';
  }
}
