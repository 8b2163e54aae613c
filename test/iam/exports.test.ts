import { describe, expect, test } from 'vitest';
import { evaluate } from './support/evaluate.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';
import { stack } from './support/unrecorded-calls.ts';

const databases = { shop: { source: { bucket: 'acme-backups', prefix: 'a/' } } };
const asked = stackRoles({
  aws: { stackName: stack, securityHub: true, backupValidation: true },
  databases,
});
const silent = stackRoles({ aws: { stackName: stack }, databases });
const product = (of: string, name = `${of}/default`) => `arn:aws:securityhub:${region}:${of}:product/${name}`;

const allowedTo = async ({ byDoor }: typeof asked, action: string, resource = '*'): Promise<string[]> => {
  const doors: string[] = [];
  for (const [door, role] of byDoor)
    if ((await evaluate(role, { action, resource })).allowed) doors.push(door);
  return doors.sort();
};

describe('findings of Security Hub', () => {
  const importing = 'securityhub:BatchImportFindings';

  test('are imported by what seals records, as the account’s own product and no other', async () => {
    expect(await allowedTo(asked, importing, product(account))).toEqual([
      'clean-up-after-abort',
      'normalise-request',
      'seal-record',
    ]);
    expect(await allowedTo(asked, importing, product('999999999999'))).toEqual([]);
    expect(await allowedTo(asked, importing, product(account, 'aws/guardduty'))).toEqual([]);
  });

  test('are nobody’s where drills.yaml does not ask for them', async () => {
    expect(await allowedTo(silent, importing, product(account))).toEqual([]);
  });

  test.each(['securityhub:BatchUpdateFindings', 'securityhub:DisableSecurityHub', 'securityhub:GetFindings'])(
    'are read, judged and switched off by nobody: %s',
    async (action) => {
      expect(await allowedTo(asked, action, `arn:aws:securityhub:${region}:${account}:hub/default`)).toEqual(
        [],
      );
    },
  );
});

describe('AWS Backup', () => {
  test('is told by what seals the record of its own drill, where drills.yaml asks for it', async () => {
    const action = 'backup:PutRestoreValidationResult';
    expect(await allowedTo(asked, action)).toEqual(['clean-up-after-abort', 'seal-record']);
    expect(await allowedTo(silent, action)).toEqual([]);
  });

  test.each(['backup:StartRestoreJob', 'backup:DeleteRecoveryPoint', 'backup:DescribeRestoreJob'])(
    'is asked nothing else: %s',
    async (action) => {
      expect(await allowedTo(asked, action)).toEqual([]);
    },
  );
});
