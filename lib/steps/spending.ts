import type { Ledger } from '../ports/ledger.ts';

/** Records that are looked at per database: more than one drill an hour is no schedule that drills.yaml allows. */
const recordsLookedAt = 750;

/** What drills that began in the calendar month (UTC) of `now` cost, from their records. */
export async function spentThisMonthUsd(
  ledger: Pick<Ledger, 'history'>,
  databases: readonly string[],
  now: Date,
): Promise<number> {
  const month = now.toISOString().slice(0, 'yyyy-mm'.length);
  let spent = 0;
  for (const database of databases) {
    const records = await ledger.history({ database, limit: recordsLookedAt });
    for (const { startedAt, cost } of records) if (startedAt.startsWith(month)) spent += cost?.actualUsd ?? 0;
  }
  return spent;
}
