import { unheardField } from '../../contract/metric-names.ts';
import type { Mishaps } from '../../ports/mishaps.ts';
import { awsErrorText } from '../aws/aws-errors.ts';

/**
 * Logs mishaps. Those by which somebody did not hear of a drill carry `unheard: "yes"`, which a metric filter of the log
 * group counts and an alarm watches (lib/infra/watch/function-errors.ts).
 */
export function createMishapLog(options: {
  /** Names and codes only. */
  log: (message: string, facts: Record<string, string>) => void;
}): Mishaps {
  return {
    tell({ what, drillId, error, unheard }) {
      options.log(`could not ${what}`, {
        drillId,
        error: awsErrorText(error),
        ...(unheard ? { [unheardField]: 'yes' } : {}),
      });
    },
  };
}
