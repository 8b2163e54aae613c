import { Duration, TimeZone } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { DrillConfig } from '../../domain/config/index.ts';
import { spreadMinutes } from '../../domain/config/spreading.ts';
import { serviceOfThisAccount } from '../rights/services.ts';

interface SchedulesProps {
  databases: DrillConfig['databases'];
  machine: sfn.IStateMachine;
  deadLetters: sqs.IQueue;
}

/**
 * The schedules of each database; those of one moment are spread. It only starts drills; whether they prove
 * anything is the watch's business.
 */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, props: SchedulesProps) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      assumedBy: serviceOfThisAccount(this, 'scheduler.amazonaws.com'),
      description: 'Starts drills',
    });
    const start = new iam.PolicyStatement({
      actions: ['states:StartExecution'],
      resources: [props.machine.stateMachineArn],
    });
    const windows = spreadMinutes(props.databases);
    for (const [database, schedule, index] of Object.entries(props.databases).flatMap(
      ([name, { schedules }]) => schedules.map((one, at) => [name, one, at] as const),
    )) {
      const minutes = windows(schedule);
      // The first keeps the name that it had when there could be only one.
      new scheduler.Schedule(this, index === 0 ? database : `${database}-${index + 1}`, {
        description: `restore-drill: drill of ${database}`,
        schedule: scheduler.ScheduleExpression.expression(
          `cron(${schedule.cron})`,
          TimeZone.of(schedule.timezone),
        ),
        timeWindow:
          minutes === 0
            ? scheduler.TimeWindow.off()
            : scheduler.TimeWindow.flexible(Duration.minutes(minutes)),
        // Not the target made for Step Functions: that one gives executions names of chance, and the name is what an
        // event, a page of the console and a message show first (docs/facts.md#names-of-scheduled-drills).
        target: new Universal({
          service: 'sfn',
          action: 'startExecution',
          role,
          policyStatements: [start],
          input: scheduler.ScheduleTargetInput.fromObject({
            StateMachineArn: props.machine.stateMachineArn,
            Name: `${database}-<aws.scheduler.execution-id>`,
            Input: JSON.stringify({
              database,
              operator: 'schedule',
              ...(schedule.sandbox === null ? {} : { sandbox: schedule.sandbox }),
            }),
          }),
          deadLetterQueue: props.deadLetters,
          // A throttled start is tried again for two hours; a drill that starts a day late would surprise somebody.
          retryAttempts: 10,
          maxEventAge: Duration.hours(2),
        }),
      });
    }
  }
}
