import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { namedResourcesOf, resourcesOf, type Statement } from '../support/template.ts';
import { deliver, type EventRule } from './support/event-rule.ts';

const { json } = synthesize(aConfig(defaultConfig));
const topicId = namedResourcesOf(json, 'AWS::SNS::Topic')[0]![0];
const rules = resourcesOf<EventRule>(json, 'AWS::Events::Rule');

/** As Step Functions sends it: input and output are texts (docs/facts.md#the-event-of-an-ended-execution). */
const anEvent = (status: string, given: Record<string, unknown> = {}) => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:restore-drill:shop-d32c5kddcf5bb8c3',
    stateMachineArn: 'MACHINE',
    name: 'shop-d32c5kddcf5bb8c3',
    status,
    startDate: 1,
    stopDate: 2,
    input: '{"database":"shop","operator":"schedule"}',
    output: null,
    error: null,
    cause: null,
    ...given,
  },
});

const messagesOf = (event: object) =>
  rules.flatMap((rule) => deliver(rule, event)).filter(({ to }) => to === topicId);

describe('an execution that ends without success', () => {
  test.each([
    ['FAILED', { error: 'NOT_PROVEN', cause: 'FK_ORPHANS: "orders" has 3 orphans' }],
    ['TIMED_OUT', {}],
    ['ABORTED', {}],
  ])('reaches the topic at once when it %s, past every function of ours', (status, given) => {
    const [message, ...others] = messagesOf(anEvent(status, given));

    expect(others).toEqual([]);
    const text = JSON.parse(message!.text) as Record<string, string>;
    expect(text.restoreDrill).toContain(status);
    if ('error' in given) expect(text.restoreDrill).toContain('NOT_PROVEN');
    expect(text.drill).toBe('shop-d32c5kddcf5bb8c3');
    expect(text.askedFor).toContain('"database":"shop"');
    expect(text.execution).toMatch(
      /^https:\/\/.*\/executions\/details\/arn:aws:states:.*:shop-d32c5kddcf5bb8c3$/,
    );
    expect(text.whatToDo).toMatch(/^https:.*runbook\.md#a-drill-failed-timed-out-or-was-aborted$/);
  });

  test('is told of whatever the input holds: quotes and line ends break no message', () => {
    const input = '{\n  "database": "shop", "note": "a \\"quote\\" and <angle>"\n}';
    const [message] = messagesOf(anEvent('FAILED', { input }));

    expect((JSON.parse(message!.text) as Record<string, string>).askedFor).toBe(input);
  });

  test('is told of with the fields that docs/notifications.md names', () => {
    const page = readFileSync('docs/notifications.md', 'utf8');
    const [message] = messagesOf(anEvent('FAILED'));

    const fields = Object.keys(JSON.parse(message!.text) as object);
    expect(fields.filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
  });

  test('is told of when there is no input to show', () => {
    const [message] = messagesOf(anEvent('ABORTED', { input: null }));

    expect(JSON.parse(message!.text)).toMatchObject({ drill: 'shop-d32c5kddcf5bb8c3' });
  });

  test('is not lost when the topic refuses: it waits in the queue that the watch counts', () => {
    const rule = rules.find(({ Targets }) => JSON.stringify(Targets).includes(topicId))!;
    expect(rule.State).toBe('ENABLED');
    for (const { DeadLetterConfig, RetryPolicy } of rule.Targets) {
      expect(DeadLetterConfig).toBeDefined();
      expect(RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 20 });
    }
  });

  test('may be published: the topic lets EventBridge in', () => {
    const [policy] = resourcesOf<{ PolicyDocument: { Statement: (Statement & { Principal: unknown })[] } }>(
      json,
      'AWS::SNS::TopicPolicy',
    );
    const lets = policy!.PolicyDocument.Statement.filter(
      ({ Effect, Action, Principal }) =>
        Effect === 'Allow' &&
        [Action].flat().includes('sns:Publish') &&
        JSON.stringify(Principal).includes('events.amazonaws.com'),
    );
    expect(lets.length).toBeGreaterThan(0);
  });
});

describe('an execution that succeeds, or still runs', () => {
  test.each(['SUCCEEDED', 'RUNNING'])('is told of by the drill alone: %s', (status) => {
    expect(messagesOf(anEvent(status))).toEqual([]);
  });
});
