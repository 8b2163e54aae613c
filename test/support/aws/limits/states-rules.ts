import { allOf, bytes, length, matching, member, type Rule } from './rules.ts';

const json = (value: unknown): string | null => {
  try {
    JSON.parse(String(value));
    return null;
  } catch {
    return 'is no JSON';
  }
};

const executionArn = matching(
  /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:(execution|express):[^:]{1,80}:[^:\s]{1,80}(:[^:\s]+)?$/,
  'the ARN of an execution',
);

/** docs/facts.md#sizes-in-step-functions */
export const statesRules: Rule[] = [
  member('all', 'taskToken', length(1, 2048)),
  member(['SendTaskSuccess'], 'output', allOf(bytes(262_144), json)),
  member(['StartExecution'], 'input', allOf(bytes(262_144), json)),
  member(['StartExecution'], 'name', matching(/^[0-9A-Za-z_-]{1,80}$/, 'a name of an execution')),
  member(['SendTaskFailure', 'StopExecution'], 'cause', length(0, 32_768)),
  member(['SendTaskFailure', 'StopExecution'], 'error', length(0, 256)),
  member('all', 'executionArn', executionArn),
  member(
    'all',
    'stateMachineArn',
    matching(
      /^arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:stateMachine:[^\s]{1,80}$/,
      'the ARN of a state machine',
    ),
  ),
  member('all', 'maxResults', (value) =>
    Number(value) >= 0 && Number(value) <= 1000 ? null : 'is not 0 to 1000',
  ),
];
