import { describe, expect, test } from 'vitest';
import { evaluate } from './support/evaluate.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';
import { stack } from './support/unrecorded-calls.ts';

const databases = { shop: { source: { bucket: 'acme-backups', prefix: 'a/' } } };
const signing = stackRoles({ aws: { stackName: stack, signing: true }, databases });
const key = signing.signingKey;
const production = `arn:aws:kms:${region}:${account}:key/production`;

const allowedTo = async (action: string, resource: string): Promise<string[]> => {
  const doors: string[] = [];
  for (const [door, role] of signing.byDoor)
    if ((await evaluate(role, { action, resource })).allowed) doors.push(door);
  return doors.sort();
};

describe('the key that seals are signed with', () => {
  const sealing = ['clean-up-after-abort', 'normalise-request', 'seal-record'];

  test.each(['kms:Sign', 'kms:GetPublicKey'])(
    'may be used by what seals records alone: %s',
    async (action) => {
      expect(await allowedTo(action, key)).toEqual(sealing);
      expect(await allowedTo(action, production)).toEqual([]);
    },
  );

  test.each(['kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy', 'kms:DisableKey'])(
    'is nobody’s to change: %s',
    async (action) => {
      expect(await allowedTo(action, key)).toEqual([]);
    },
  );
});
