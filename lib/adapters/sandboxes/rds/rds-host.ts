import type { RDSClient } from '@aws-sdk/client-rds';
import type { Clock } from '../../../ports/clock.ts';

/** What every act on a sandbox needs. */
export interface RdsHost {
  rds: RDSClient;
  /** Value of the tag restore-drill:stack; only what carries it is ours. */
  stackName: string;
  clock: Clock;
}
