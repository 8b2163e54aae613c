import { expect, test } from 'vitest';
import { parseConfig } from '../../../lib/domain/config/index.ts';

const problems = (settings: string): string[] => {
  const parsed = parseConfig(
    `databases:\n  shop:\n    source: { bucket: acme-backups }\n${settings.replace(/^/gm, '    ')}\n`,
  );
  return 'problems' in parsed ? parsed.problems.map(({ message }) => message) : [];
};
const hook = (variables: number): string =>
  [
    'hooks:',
    '  migrate:',
    '    image: example/app:1',
    '    environment:',
    ...Array.from({ length: variables }, (_unused, index) => `      VARIABLE_${index}: "${'x'.repeat(40)}"`),
  ].join('\n');

test('an approval is waited for at most a day, because the execution itself ends after three', () => {
  expect(problems('production: { approvalTimeout: 24h }')).toEqual([]);
  expect(problems('production: { approvalTimeout: 25h }').join()).toContain('at most 86400 s');
});

test('the environment of a hook must fit into what ECS takes per run', () => {
  expect(problems(hook(60))).toEqual([]);
  expect(problems(hook(200)).join()).toContain('the environment has more than 6000 characters');
});
