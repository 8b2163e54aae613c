import { describe, expect, test } from 'vitest';
import { evaluate, type Permission } from './support/evaluate.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';
import { stack } from './support/unrecorded-calls.ts';

const { byDoor } = stackRoles({
  aws: { stackName: stack, alarmEmail: 'on-call@example.com' },
  notify: {
    slack: { urlSecret: 'restore-drill/slack' },
    webhook: { urlParameter: '/events/url', secretSecret: 'events/key' },
    healthcheck: { urlParameter: '/check/general' },
  },
  databases: {
    shop: { source: { bucket: 'acme-backups', prefix: 'a/' } },
    wiki: {
      source: { bucket: 'acme-backups', prefix: 'b/' },
      notify: { healthcheck: { urlSecret: 'check/wiki', start: true } },
    },
  },
});

const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;
const secret = (name: string): Permission => ({
  action: 'secretsmanager:GetSecretValue',
  resource: arn('secretsmanager', `secret:${name}-Ab12Cd`),
});
const parameter = (name: string): Permission => ({
  action: 'ssm:GetParameter',
  resource: arn('ssm', `parameter${name}`),
});
const readersOf = async (permission: Permission): Promise<string[]> => {
  const readers: string[] = [];
  for (const [door, role] of byDoor) if ((await evaluate(role, permission)).allowed) readers.push(door);
  return readers.sort();
};

describe('the secrets of those who are told', () => {
  test.each([
    ['the address of slack', secret('restore-drill/slack')],
    ['the address of the webhook', parameter('/events/url')],
    ['its signing secret', secret('events/key')],
    ['the address of the health check of all', parameter('/check/general')],
  ])('are read by what seals a drill, and by nothing else: %s', async (_, permission) => {
    expect(await readersOf(permission)).toEqual(['clean-up-after-abort', 'seal-record']);
  });

  test('are read at the beginning only where the beginning is told', async () => {
    expect(await readersOf(secret('check/wiki'))).toEqual([
      ...['clean-up-after-abort', 'normalise-request', 'seal-record'],
    ]);
  });

  test.each([
    secret('restore-drill/slack-of-another'),
    secret('production/master'),
    parameter('/events/url2'),
  ])('that drills.yaml does not name are read by nobody: %j', async (permission) => {
    expect(await readersOf(permission)).toEqual([]);
  });
});
