import { atMost, bytes, length, matching, member, oneOf, type Rule } from './rules.ts';

const run = ['RunTask'];

/** The JSON of all overrides together, in characters (docs/facts.md#overrides-of-a-task). */
const overrideRules: Rule = {
  commands: run,
  problems: ({ overrides }) => {
    const characters = overrides === undefined ? 0 : JSON.stringify(overrides).length;
    return characters > 8192 ? [`overrides: has ${characters} characters, more than 8192`] : [];
  },
};

const networkRules: Rule = {
  commands: run,
  problems: ({ launchType, networkConfiguration }) =>
    launchType === 'FARGATE' && networkConfiguration === undefined
      ? ['networkConfiguration: is required for FARGATE']
      : [],
};

export const ecsRules: Rule[] = [
  member(run, 'clientToken', length(1, 64)),
  member(run, 'startedBy', length(1, 128)),
  member(run, 'startedBy', matching(/^[A-Za-z0-9_/-]+$/, 'text that ECS takes for startedBy')),
  member(run, 'count', (value) => (Number(value) >= 1 && Number(value) <= 10 ? null : 'is not 1 to 10')),
  member(['RunTask', 'ListTasks'], 'launchType', oneOf('EC2', 'FARGATE', 'EXTERNAL', 'MANAGED_INSTANCES')),
  member(run, 'propagateTags', oneOf('TASK_DEFINITION', 'SERVICE', 'NONE')),
  member(run, 'networkConfiguration.awsvpcConfiguration.assignPublicIp', oneOf('ENABLED', 'DISABLED')),
  member(run, 'networkConfiguration.awsvpcConfiguration.subnets', atMost(16)),
  member(run, 'networkConfiguration.awsvpcConfiguration.securityGroups', atMost(5)),
  member(run, 'tags', atMost(50)),
  member(run, 'tags.[].key', length(1, 128)),
  member(run, 'tags.[].value', length(0, 256)),
  member(['DescribeTasks'], 'tasks', atMost(100)),
  member(['DescribeTasks'], 'include.[]', oneOf('TAGS')),
  member(['ListTasks'], 'desiredStatus', oneOf('RUNNING', 'PENDING', 'STOPPED')),
  member(['ListTasks'], 'maxResults', (value) =>
    Number(value) >= 1 && Number(value) <= 100 ? null : 'is not 1 to 100',
  ),
  member(['StopTask'], 'reason', bytes(1024)),
  overrideRules,
  networkRules,
];
