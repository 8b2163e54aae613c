import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyIdOf } from '../../../lib/adapters/seals/key-id.ts';
import { keysShow } from '../../../lib/cli/commands/keys.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { captured } from '../remote/support/captured.ts';
import { aStack, FakeAccount, outputs } from '../remote/support/fake-account.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const shown = (account: FakeAccount) =>
  captured(() => keysShow({ stack: 'restore-drill' }, account.surroundings));

describe('keys show, of a stack', () => {
  test('prints the public half that KMS gives as PEM, and its id beside it', async () => {
    const account = new FakeAccount().on({
      'KMS.GetPublicKey': () => ({ PublicKey: publicKey.export({ format: 'der', type: 'spki' }) }),
    });
    const { code, stdout, stderr } = await shown(account);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: publicKey.export({ format: 'pem', type: 'spki' }),
    });
    expect(stderr).toContain(`key ${keyIdOf(publicKey)}`);
    expect(account.sent('KMS.GetPublicKey')).toEqual([{ KeyId: outputs.signingKey }]);
  });

  test('says what to set when the stack signs nothing', async () => {
    const { signingKey: _, ...others } = outputs;
    const account = new FakeAccount().on({
      'CloudFormation.DescribeStacks': () => ({ Stacks: [unsigned(others)] }),
    });

    await expect(shown(account)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      hint: 'Set `aws: { signing: true }` in drills.yaml and deploy; drills are unsigned until then.',
    });
    expect(account.sent('KMS.GetPublicKey')).toEqual([]);
  });

  test('prints no key when KMS refuses it', async () => {
    const account = new FakeAccount().on({
      'KMS.GetPublicKey': () => {
        throw awsError('AccessDeniedException');
      },
    });

    await expect(shown(account)).rejects.toThrow(/kms:?.*GetPublicKey/i);
  });
});

/** A stack of before: it has no such output. */
function unsigned(others: object): object {
  const stack = aStack() as { Outputs: { OutputValue?: string }[] };
  const known = Object.values(others);
  return { ...stack, Outputs: stack.Outputs.filter(({ OutputValue }) => known.includes(OutputValue)) };
}
