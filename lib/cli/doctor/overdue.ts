import type { DatabaseConfig } from '../../domain/config/index.ts';
import { formatMoment, formatSeconds } from '../../domain/text/quantities.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import { overdueByKind } from '../../domain/watch/overdue-by-kind.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/** Enough to find a monthly drill behind two a day. */
const recordsLookedThrough = 100;

/**
 * Whether a database was proven as lately as its schedules in drills.yaml let expect, by the same rule as the alarm for
 * missing drills. Says nothing where no drills are scheduled, or none has proven yet, which the last drill tells.
 */
export async function diagnoseOverdue(
  database: string,
  config: Pick<DatabaseConfig, 'schedules' | 'source' | 'sandbox'>,
  account: Account,
): Promise<Diagnosis[]> {
  const limits = overdueByKind(config);
  if (limits.size === 0) return [];
  const what = `schedule of ${database}`;
  return diagnose(
    what,
    async () => {
      const ledger = await account.ledger();
      const records = limits.size > 1 ? await ledger.history({ database, limit: recordsLookedThrough }) : [];
      const newest = await ledger.lastProven(database);
      return [...limits].flatMap(([kind, limitSeconds]) => {
        const proven =
          limits.size > 1
            ? records.find(({ verdict, sandbox = kind }) => verdict === 'PROVEN' && sandbox === kind)
            : newest;
        return proven == null
          ? []
          : judged(what, limits.size > 1 ? ` in ${kind}` : '', proven.endedAt, limitSeconds);
      });
    },
    (error) => accountError(error, account.clients.failed),
  );

  function judged(subject: string, where: string, provenAt: string, limitSeconds: number): Diagnosis {
    const agoSeconds = secondsBetween(provenAt, account.clock.now().toISOString());
    const detail = `last proven${where} at ${formatMoment(provenAt)}, ${formatSeconds(agoSeconds)} ago; ${formatSeconds(limitSeconds)} are allowed`;
    return agoSeconds > limitSeconds ? problem(subject, `overdue: ${detail}`) : ok(subject, detail);
  }
}
