import { DescribeExecutionCommand, ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import type { Account } from '../support/account.ts';
import { region } from '../support/emulator.ts';

/** A schedule of the account, as far as starting a drill reads it. */
interface DeployedSchedule {
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  ScheduleExpressionTimezone: string;
  Target: { Arn: string; Input: string };
}

/** Request of the universal target `sfn:startExecution`. */
interface TargetInput {
  StateMachineArn: string;
  Name: string;
  Input: string;
}

/** The schedules of one moment as they were deployed, by the database that each drills. */
export async function deployedSchedules(account: Account): Promise<Map<string, TargetInput>> {
  const { Schedules } = await ask<{ Schedules: Pick<DeployedSchedule, 'Name' | 'GroupName'>[] }>(
    account,
    '/schedules',
  );
  const schedules = await Promise.all(
    Schedules.map(({ Name, GroupName }) =>
      ask<DeployedSchedule>(account, `/schedules/${Name}?groupName=${GroupName}`),
    ),
  );
  const moments = new Set(
    schedules.map((one) => `${one.ScheduleExpression} ${one.ScheduleExpressionTimezone}`),
  );
  if (moments.size !== 1) throw new Error(`the schedules have ${moments.size} moments`);
  return new Map(
    schedules.map(({ Target }) => {
      if (!/^arn:aws:scheduler:::aws-sdk:sfn:startExecution$/i.test(Target.Arn))
        throw new Error(`a schedule has the target ${Target.Arn}`);
      const input = JSON.parse(Target.Input) as TargetInput;
      return [(JSON.parse(input.Input) as { database: string }).database, input];
    }),
  );
}

/**
 * Carries out the target as EventBridge Scheduler does, which puts the id of the invocation in the place of its context
 * attribute. A running execution of the same name and input is what Step Functions answers with, where the emulator says that it
 * exists already. @returns the execution's name
 */
export async function deliver(account: Account, target: TargetInput, invocation: string): Promise<string> {
  const name = target.Name.replace('<aws.scheduler.execution-id>', invocation);
  if (name === target.Name) throw new Error(`the execution's name ${name} says nothing of the invocation`);
  const started = { stateMachineArn: target.StateMachineArn, name, input: target.Input };
  try {
    await account.sfn.send(new StartExecutionCommand(started));
  } catch (error) {
    if (!(error instanceof ExecutionAlreadyExists)) throw error;
    const executionArn = `${target.StateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const { input, status } = await account.sfn.send(new DescribeExecutionCommand({ executionArn }));
    if (input !== target.Input || status !== 'RUNNING') throw error;
  }
  return name;
}

/** EventBridge Scheduler without its client: nothing of the product reads schedules. */
async function ask<T>({ port }: Account, path: string): Promise<T> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/scheduler/aws4_request, Signature=0`,
    },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
