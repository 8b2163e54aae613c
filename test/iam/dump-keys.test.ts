import { describe, expect, test } from 'vitest';
import { evaluate, type Permission } from './support/evaluate.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';
import { stack } from './support/unrecorded-calls.ts';

const source = (decrypt: object) => ({ source: { bucket: 'acme-backups', prefix: 'a/', decrypt } });
const { byDoor } = stackRoles({
  aws: { stackName: stack, alarmEmail: 'on-call@example.com' },
  databases: {
    'by-secret': source({ keySecret: 'backups/age-identity' }),
    'by-parameter': source({ passphraseParameter: '/backups/passphrase' }),
  },
});

const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;
const secret = (name: string): Permission => ({
  action: 'secretsmanager:GetSecretValue',
  resource: arn('secretsmanager', `secret:${name}`),
});
const parameter = (name: string): Permission => ({
  action: 'ssm:GetParameter',
  resource: arn('ssm', `parameter${name}`),
});

/** They open dumps: to look at their header, and to restore them. */
const openers = ['select-dump', 'try-older-dump', 'task'];

describe('the keys of encrypted dumps', () => {
  const named = [secret('backups/age-identity-Ab12Cd'), parameter('/backups/passphrase')];
  const others = [
    secret('backups/age-identity-of-another-Ab12Cd'),
    secret('production/master-Ab12Cd'),
    parameter('/backups/passphrase-of-another'),
  ];
  const allowed = async (door: string, permission: Permission): Promise<boolean> => {
    const role = byDoor.get(door);
    if (role === undefined) throw new Error(`no role belongs to ${door}`);
    return (await evaluate(role, permission)).allowed;
  };

  test.each(openers)('that drills.yaml names are read by %s, and no others', async (door) => {
    for (const permission of named)
      expect([permission, await allowed(door, permission)]).toEqual([permission, true]);
    for (const permission of others)
      expect([permission, await allowed(door, permission)]).toEqual([permission, false]);
  });

  test('are read by no other door', async () => {
    const readers = new Set<string>();
    for (const door of byDoor.keys())
      for (const permission of named) if (await allowed(door, permission)) readers.add(door);
    expect([...readers].sort()).toEqual([...openers].sort());
  });
});
