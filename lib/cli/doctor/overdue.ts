import type { ScheduleConfig } from '../../domain/config/index.ts';
import { overdueAfterSeconds } from '../../domain/config/overdue.ts';
import { formatMoment, formatSeconds } from '../../domain/text/quantities.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/**
 * Whether a database was proven as lately as its schedule in drills.yaml lets expect, by the same rule as the alarm for
 * missing drills. Says nothing where no drills are scheduled, or none has proven yet, which the last drill tells.
 */
export async function diagnoseOverdue(
  database: string,
  schedules: readonly ScheduleConfig[],
  account: Account,
): Promise<Diagnosis[]> {
  const limitSeconds = overdueAfterSeconds(schedules);
  if (limitSeconds === null) return [];
  const what = `schedule of ${database}`;
  return diagnose(
    what,
    async () => {
      const proven = await (await account.ledger()).lastProven(database);
      if (proven === null) return [];
      const agoSeconds = secondsBetween(proven.endedAt, account.clock.now().toISOString());
      const detail = `last proven at ${formatMoment(proven.endedAt)}, ${formatSeconds(agoSeconds)} ago; ${formatSeconds(limitSeconds)} are allowed`;
      return agoSeconds > limitSeconds ? problem(what, `overdue: ${detail}`) : ok(what, detail);
    },
    (error) => accountError(error, account.clients.failed),
  );
}
