import { nearestWord } from '../../domain/config/suggestion.ts';
import { objectiveBreak } from '../../domain/forecast/objective-break.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { forecastSentence } from '../../domain/record/report/forecast-words.ts';
import { renderHistory } from '../../domain/record/report/history-table.ts';
import { formatCountOf, formatSeconds } from '../../domain/text/quantities.ts';
import { visibleJson, visibleLines } from '../../domain/text/visible-text.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { type LedgerOptions, withLedger } from '../ledger/with-ledger.ts';
import type { AccountSurroundings } from '../remote/account.ts';
import { colourWanted, widthOf } from '../render/colour.ts';
import { paintingFor } from '../render/painting.ts';
import { couldNotRunExitCode } from '../terminal/exit.ts';

interface HistoryOptions extends LedgerOptions {
  limit: number;
  json?: boolean;
}

/** `restore-drill history`: past drills, newest first. */
export async function history(
  database: string | undefined,
  options: HistoryOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  const { limit } = options;
  const { records, others } = await withLedger(
    options,
    async (ledger) => {
      const found = await ledger.history({ limit, ...(database === undefined ? {} : { database }) });
      return { records: found, others: found.length > 0 ? [] : await drilledDatabases(ledger) };
    },
    surroundings,
  );
  if (database !== undefined && others.length > 0)
    return neverDrilled(database, others, options.json === true);
  const text =
    options.json === true
      ? `${visibleJson(records, 2)}\n`
      : renderHistory(
          records,
          widthOf(process.stdout),
          paintingFor(colourWanted(process.stdout, process.env)),
        );
  process.stdout.write(text + (options.json === true ? '' : rtoOutlook(records)));
  return 0;
}

/** Of the newest drills: enough for a list of names. */
async function drilledDatabases(ledger: Pick<Ledger, 'history'>): Promise<string[]> {
  const records = await ledger.history({ limit: 1000 });
  return [...new Set(records.map((record) => record.database))].sort();
}

/** The ledger has drills, and none of this database. */
function neverDrilled(database: string, others: string[], json: boolean): number {
  process.stderr.write(
    visibleLines(
      `restore-drill: no drill of ${database} is in the ledger\nHINT: ${meant(database, others)}It has drills of ${others.join(', ')}.\n`,
    ),
  );
  if (json) process.stdout.write('[]\n');
  return couldNotRunExitCode;
}

function meant(database: string, others: string[]): string {
  const close = nearestWord(database, others);
  return close === null ? '' : `Did you mean ${close}? `;
}

/** The newest forecast of one database, and when it passes the objective. A drill that could not run made none. */
function rtoOutlook(records: DrillRecord[]): string {
  const [newest] = records;
  if (records.some(({ database }) => database !== newest?.database)) return '';
  const { forecast, rto } = records.find((record) => record.forecast !== undefined) ?? {};
  if (forecast === undefined) return '';
  const targetSeconds = rto?.targetSeconds ?? null;
  const broken = targetSeconds === null ? null : objectiveBreak(forecast, targetSeconds);
  const does = broken?.certainty === 'likely' ? 'passes' : 'comes close to';
  const warning =
    broken === null || targetSeconds === null
      ? ''
      : `It ${does} the objective of ${formatSeconds(targetSeconds)} about ${broken.at.slice(0, 10)}.\n`;
  return `\nForecast of the RTO from ${formatCountOf(forecast.drills, 'drill')}: ${forecastSentence(forecast)}.\n${warning}`;
}
