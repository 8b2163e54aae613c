import { renderHistory } from '../../domain/report/history.ts';
import { localLedger } from '../../local/local-ports.ts';
import { placesFor } from '../../local/places.ts';
import { widthOf } from '../render/colour.ts';
import { warnOfDamage } from './ledger-damage.ts';

/** `restore-drill history`: past drills, newest first. */
export async function history(
  database: string | undefined,
  options: { limit: string; json?: boolean; stateDir?: string },
): Promise<number> {
  const ledger = localLedger(placesFor(options), warnOfDamage);
  const limit = Math.max(1, Number.parseInt(options.limit, 10) || 20);
  const records = await ledger.history({ limit, ...(database === undefined ? {} : { database }) });
  const text = options.json === true ? JSON.stringify(records, null, 2) : renderHistory(records, widthOf(process.stdout));
  process.stdout.write(`${text}\n`);
  return 0;
}
