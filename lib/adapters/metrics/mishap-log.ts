import { unheardField } from '../../contract/metric-names.ts';
import type { Mishaps } from '../../ports/mishaps.ts';
import { NotDelivered } from '../../ports/not-delivered.ts';
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
        error: reasonOf(error),
        ...(unheard ? { [unheardField]: 'yes' } : {}),
      });
    },
  };
}

/** The message of an error that is not ours may quote what was sent. */
const reasonOf = (error: unknown): string =>
  error instanceof NotDelivered ? error.message : awsErrorText(error);
