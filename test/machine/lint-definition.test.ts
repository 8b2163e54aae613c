import { expect, test } from 'vitest';
import { type LintedState, lintDefinition } from './support/lint-definition.ts';

const task = (given: Partial<LintedState>): { States: Record<string, LintedState> } => ({
  States: { A: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', ...given } },
});
const caught = (...ErrorEquals: string[]) => ({ ErrorEquals, Next: 'B', ResultPath: '$' });

test.each<[string, { States: Record<string, LintedState> }, string]>([
  ['a path without .$', task({ Parameters: { a: '$.b' } }), 'does not end in .$'],
  ['an intrinsic without .$', task({ Parameters: { a: "States.Format('{}', $.b)" } }), 'does not end in .$'],
  ['.$ with a constant', task({ Parameters: { 'a.$': 'b' } }), 'holds no path'],
  ['an unknown context path', task({ Parameters: { 'a.$': '$$.Execution.Nam' } }), 'no path of the context'],
  [
    'States.ALL not last',
    task({ Catch: [caught('States.ALL'), caught('States.Timeout')] }),
    'States.ALL is not alone or not last',
  ],
  [
    'States.ALL not alone',
    task({ Catch: [caught('States.ALL', 'A.B')] }),
    'States.ALL is not alone or not last',
  ],
  ['a long heartbeat', task({ TimeoutSeconds: 60, HeartbeatSeconds: 60 }), 'heartbeat'],
  [
    'a callback without token',
    task({ Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' }),
    'a callback without its token',
  ],
  [
    'a token without callback',
    task({ Parameters: { 'a.$': '$$.Task.Token' } }),
    'a token without a callback',
  ],
  [
    'a comparison of what may not be there',
    { States: { A: { Type: 'Choice', Choices: [{ Variable: '$.a.b', StringEquals: 'c', Next: 'B' }] } } },
    'may not be there',
  ],
])('the lint finds %s', (_what, definition, problem) => {
  expect(lintDefinition(definition).join('\n')).toContain(problem);
});
