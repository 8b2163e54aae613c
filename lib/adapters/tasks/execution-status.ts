import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import type { Clock } from '../../ports/clock.ts';
import { awsErrorFacts } from '../aws/aws-errors.ts';

/** Tells running drills from ended ones. */
export interface ExecutionStatus {
  /** ARN of a drill's execution: its name is the drill's id. */
  executionArn(drillId: string): string;
  /**
   * True while the drill's execution runs. An execution that does not exist does not run; one that cannot be looked at
   * counts as running, because what depends on the answer is removed when it does not.
   */
  isRunning(drillId: string): Promise<boolean>;
  /**
   * True when the drill's execution ended less than `seconds` ago: whoever cleans up after it may still be at it. One
   * that cannot be looked at counts as such.
   */
  endedWithin(drillId: string, seconds: number): Promise<boolean>;
}

/** Names that Step Functions takes for executions and logs as they are (docs/facts.md#names-of-executions). */
const executionName = /^[A-Za-z0-9_-]{1,80}$/;

interface ExecutionStatusOptions {
  client: SFNClient;
  stateMachineArn: string;
  /** Told when an execution could not be looked at; nothing secret in it. */
  onUnknown?: (drillId: string, reason: string) => void;
  clock?: Pick<Clock, 'now'>;
}

/** Looks executions of one state machine up with states:DescribeExecution. */
export function createExecutionStatus(options: ExecutionStatusOptions): ExecutionStatus {
  const { client, stateMachineArn, onUnknown } = options;
  // arn:aws:states:REGION:ACCOUNT:stateMachine:NAME → arn:aws:states:REGION:ACCOUNT:execution:NAME:EXECUTION
  const executionArn = (drillId: string) =>
    `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${drillId}`;
  async function look(
    drillId: string,
    judge: (execution: DescribeExecutionCommandOutput) => boolean,
  ): Promise<boolean> {
    // A name that no execution can have belongs to none: AWS would answer ValidationException, not "unknown".
    if (!executionName.test(drillId)) return false;
    try {
      return judge(await client.send(new DescribeExecutionCommand({ executionArn: executionArn(drillId) })));
    } catch (error) {
      const { name } = awsErrorFacts(error);
      if (name === 'ExecutionDoesNotExist') return false;
      onUnknown?.(drillId, name);
      return true;
    }
  }
  return {
    executionArn,
    isRunning: (drillId) =>
      look(
        drillId,
        ({ status }) => status === 'RUNNING' || status === 'PENDING_REDRIVE' || status === undefined,
      ),
    endedWithin: (drillId, seconds) =>
      look(drillId, ({ stopDate }) => {
        const now = options.clock?.now() ?? new Date();
        return stopDate !== undefined && now.getTime() - stopDate.getTime() < seconds * 1000;
      }),
  };
}
