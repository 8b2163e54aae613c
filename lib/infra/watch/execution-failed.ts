import { Duration, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { alarmHeadings, runbookLink } from '../../contract/alarm-names.ts';

/** Every way in which an execution ends without success. */
export const failedStatuses = ['ABORTED', 'TIMED_OUT', 'FAILED'];

/** The event of an execution of ours that ended without success (docs/facts.md#the-event-of-an-ended-execution). */
export const executionFailedPattern = (machine: sfn.IStateMachine): events.EventPattern => ({
  source: ['aws.states'],
  detailType: ['Step Functions Execution Status Change'],
  detail: { stateMachineArn: [machine.stateMachineArn], status: failedStatuses },
});

/**
 * Tells people at once that an execution failed, timed out or was aborted, past every function of ours: the message with
 * all findings comes from the drill itself, if it got that far. An event that EventBridge loses is found by the watch.
 *
 * The message is a JSON object: a template of plain text would break on the quotes of an input, and nothing would be
 * sent (docs/facts.md#templates-of-a-rule). Only what cannot hold a quote stands within other text.
 */
export class ExecutionFailed extends Construct {
  constructor(
    scope: Construct,
    id: string,
    props: {
      machine: sfn.IStateMachine;
      topic: sns.ITopic;
      deadLetters: sqs.IQueue;
      runbook: string;
      consoleUrl: string;
    },
  ) {
    super(scope, id);
    const { machine, topic, deadLetters, runbook, consoleUrl } = props;
    const field = (name: string) => events.EventField.fromPath(`$.detail.${name}`);
    new events.Rule(this, 'Rule', {
      description: 'restore-drill: an execution ended without success; people are told',
      eventPattern: executionFailedPattern(machine),
      targets: [
        new targets.SnsTopic(topic, {
          deadLetterQueue: deadLetters,
          retryAttempts: 20,
          maxEventAge: Duration.hours(2),
          message: events.RuleTargetInput.fromObject({
            restoreDrill: `A drill or a real restore ended ${field('status')} ${field('error')}`,
            drill: field('name'),
            // Which database and what was asked: the input as it was given, e.g. {"database":"shop"}.
            askedFor: field('input'),
            stack: Stack.of(this).stackName,
            execution: `${consoleUrl}${field('executionArn')}`,
            whatToDo: runbookLink(runbook, alarmHeadings.drillFailed),
          }),
        }),
      ],
    });
  }
}
