import { describe, expect, test } from 'vitest';
import { findStack } from '../../../lib/cli/remote/stack.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { aStack, FakeAccount, stateMachineArn } from './support/fake-account.ts';

async function find(answer: () => unknown, name = 'restore-drill') {
  const account = new FakeAccount().on({ 'CloudFormation.DescribeStacks': answer });
  return findStack(await account.clients.cloudFormation(), name);
}

describe('the deployed stack', () => {
  test('is found by its name, with account and region of its state machine', async () => {
    expect(await find(() => ({ Stacks: [aStack()] }))).toMatchObject({
      ...{ name: 'restore-drill', status: 'UPDATE_COMPLETE', stateMachineArn, version: '0.1.0' },
      ...{ databases: ['shop', 'billing'], region: 'eu-west-1', accountId: '123456789012' },
      deployedAt: '2026-11-20T09:00:00.000Z',
    });
  });

  test('that does not exist is refused with those that do', async () => {
    const answer = (StackName?: string) => {
      if (StackName !== undefined)
        throw awsError('ValidationError', `Stack with id ${StackName} does not exist`);
      return { Stacks: [{ StackName: 'restore-drill-staging' }, { StackName: 'shop' }] };
    };
    const account = new FakeAccount().on({
      'CloudFormation.DescribeStacks': ({ StackName }) => answer(StackName as string | undefined),
    });

    await expect(findStack(await account.clients.cloudFormation(), 'restore-drill')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'there is no stack "restore-drill" in eu-west-1 (there are: restore-drill-staging)',
      hint: expect.stringMatching(/cdk deploy.*--stack.*--region/),
    });
  });

  test('that does not exist is refused even when nobody may list the others', async () => {
    const answer = () => {
      throw awsError('ValidationError', 'Stack with id x does not exist');
    };
    await expect(find(answer, 'x')).rejects.toThrow('there is no stack "x" in eu-west-1');
  });

  test('that never came up is refused with its status', async () => {
    const stack = { StackName: 'restore-drill', StackStatus: 'ROLLBACK_COMPLETE', Outputs: [] };
    await expect(find(() => ({ Stacks: [stack] }))).rejects.toThrow(
      'has no outputs: it is ROLLBACK_COMPLETE',
    );
  });

  test('of something else is refused', async () => {
    const stack = { StackName: 'shop', Outputs: [{ OutputKey: 'Url', OutputValue: 'x' }] };
    await expect(find(() => ({ Stacks: [stack] }))).rejects.toThrow('it is no restore-drill of this version');
    const broken = aStack({ outputs: { databases: 'shop,billing' } });
    await expect(find(() => ({ Stacks: [broken] }))).rejects.toThrow('no output Databases');
  });
});
