import { type ECSClient, RunTaskCommand, type RunTaskCommandInput } from '@aws-sdk/client-ecs';

/** A task that was not started, as Step Functions leaves it. */
export interface NotStarted {
  Error: string;
  Cause: string;
}

/** Asks for one task. @returns its ARN, or why there is none @throws what is no answer of ECS */
export async function startTask(ecs: ECSClient, input: RunTaskCommandInput): Promise<string | NotStarted> {
  try {
    const { tasks, failures = [] } = await ecs.send(new RunTaskCommand(input));
    const arn = tasks?.[0]?.taskArn;
    if (arn !== undefined) return arn;
    const Failures = failures.map(({ arn: Arn, reason: Reason, detail: Detail }) => ({
      Arn,
      Reason,
      Detail,
    }));
    return { Error: 'AmazonECS.Unknown', Cause: JSON.stringify({ Failures }) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { Error: `ECS.${error.name}`, Cause: error.message };
  }
}
