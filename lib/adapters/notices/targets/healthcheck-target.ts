import type { NotifyConfig } from '../../../domain/config/index.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { bySeverity } from '../../../domain/record/report/wording.ts';
import type { NotifyTarget } from '../../../ports/notifier.ts';
import type { Deliver } from './delivery.ts';
import { below } from './target-address.ts';
import type { TargetOptions } from './target-options.ts';
import { addressOf, configured, needed } from './target-secret.ts';

/**
 * Pings a check in the way of healthchecks.io (https://healthchecks.io/docs/http_api/): the address itself when a drill
 * proved, `/fail` below it otherwise, `/start` where asked for. The check rings when pings stop coming, which nothing that
 * only sends messages can do.
 */
export function createHealthcheckTarget(options: TargetOptions): NotifyTarget {
  const ping = async (
    { url: places }: NonNullable<NotifyConfig['healthcheck']>,
    { database, event, said }: { database: string; event: 'start' | 'fail' | 'log' | null; said: string },
    deliver: Deliver,
  ): Promise<void> => {
    const url = needed(await addressOf(places, database, options), 'url');
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    await deliver({ url: event === null ? url : below(url, event), headers, body: said });
  };
  return {
    name: 'healthcheck',
    async notify(notice) {
      if (notice.kind === 'drill began') {
        const { database, drillId } = notice.state;
        const { healthcheck } = options.notifyOf(database);
        if (healthcheck?.start !== true) return;
        await ping(healthcheck, { database, event: 'start', said: drillId }, options.deliverBriefly);
      } else if (notice.kind === 'drill sealed') {
        const { record } = notice;
        const { healthcheck } = options.notifyOf(record.database);
        if (healthcheck === null) return;
        const event = record.verdict === 'PROVEN' ? null : 'fail';
        await ping(
          healthcheck,
          { database: record.database, event, said: summaryOf(record) },
          options.deliver,
        );
      }
    },
    async test(database) {
      const healthcheck = configured(options.notifyOf(database).healthcheck, database, 'healthcheck');
      const said = 'a test of restore-drill; nothing was drilled';
      await ping(healthcheck, { database, event: 'log', said }, options.deliver);
      return 'a line was logged by /log, which leaves the state of the check alone';
    },
    async inspect(database) {
      const { url } = configured(options.notifyOf(database).healthcheck, database, 'healthcheck');
      return (await addressOf(url, database, options)) === null ? null : 'its ping URL is at hand';
    },
  };
}

/** What the check shows beside a ping: `NOT_PROVEN FK_ORPHANS drill-…`. */
function summaryOf({ verdict, findings, drillId }: DrillRecord): string {
  const codes = bySeverity(findings)
    .filter(({ severity }) => severity === 'error' || severity === 'unverified')
    .map(({ code }) => code);
  return [verdict, ...new Set(codes), drillId].join(' ');
}
