import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { listOf } from '../../domain/text/quantities.ts';
import type { Ledger } from '../../ports/ledger.ts';

/** A prefix is typed of a drill that one just saw; so far back it is looked for. */
const mostRead = 1000;
/** More are no answer. */
const mostNamed = 10;

/**
 * The record of a drill by its id, or by how its id begins, as far as only one begins so. Null when none does.
 *
 * @throws DrillError REQUEST_INVALID when several do, naming them
 */
export async function findRecord(
  ledger: Pick<Ledger, 'show' | 'history'>,
  named: string,
): Promise<DrillRecord | null> {
  const exact = await ledger.show(named);
  if (exact !== null) return exact;
  const wanted = named.toLowerCase();
  const records = await ledger.history({ limit: mostRead });
  const found = records.filter(({ drillId }) => drillId.toLowerCase().startsWith(wanted));
  if (found.length <= 1) return found[0] ?? null;
  const names = found.map(({ drillId }) => drillId);
  throw new DrillError('REQUEST_INVALID', `${found.length} drills begin with "${named}"`, {
    hint: `Name one of them: ${listOf(names, mostNamed)}.`,
  });
}
