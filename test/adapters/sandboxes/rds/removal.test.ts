import { describe, expect, test } from 'vitest';
import { tagKeys } from '../../../../lib/contract/names.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import { anInstance, arnOf, drillId, hostOn, now, RdsAccount, sandboxId, tags } from './rds-account.ts';

const refusal = (words: string) => awsError('InvalidDBInstanceStateFault', words);

describe('the removal of a sandbox', () => {
  test('leaves neither a snapshot nor backups', async () => {
    const account = new RdsAccount(anInstance());

    await hostOn(account).remove(sandboxId);

    expect(account.writes()).toEqual([
      [
        'DeleteDBInstance',
        { DBInstanceIdentifier: sandboxId, SkipFinalSnapshot: true, DeleteAutomatedBackups: true },
      ],
    ]);
  });

  test('takes every placement that exists', async () => {
    const account = new RdsAccount(
      anInstance({ DBInstanceStatus: 'insufficient-capacity' }),
      anInstance({ DBInstanceIdentifier: `${sandboxId}-p2`, DBInstanceStatus: 'failed' }),
      anInstance({ DBInstanceIdentifier: `${sandboxId}-p4` }),
    );

    await hostOn(account).remove(sandboxId);

    expect(account.writes().map(([, input]) => input.DBInstanceIdentifier)).toEqual([
      `${sandboxId}-p4`,
      `${sandboxId}-p2`,
      sandboxId,
    ]);
  });

  test('succeeds when there is nothing, and when it was asked for before', async () => {
    await hostOn(new RdsAccount()).remove(sandboxId);

    const account = new RdsAccount(anInstance());
    await hostOn(account).remove(sandboxId);
    await hostOn(account).remove(sandboxId);
    expect(account.writes()).toHaveLength(1);
  });

  test.each([
    ['vanished meanwhile', awsError('DBInstanceNotFoundFault', 'not found', 404)],
    ['is going already', refusal('Instance restore-drill-x is already being deleted.')],
  ])('succeeds when the instance %s', async (_how, error) => {
    const account = new RdsAccount(anInstance()).fail('DeleteDBInstance', error);
    const slept: number[] = [];

    await hostOn(account, { slept }).remove(sandboxId);

    expect(slept).toEqual([]);
  });

  test('asks again while the state of the instance forbids it', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'creating' }));
    account.fail('DeleteDBInstance', refusal('is creating'), refusal('is creating'));
    const slept: number[] = [];

    await hostOn(account, { slept }).remove(sandboxId);

    expect(slept).toEqual([5, 15]);
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('deleting');
  });

  test('of several that are refused for now takes no longer than of one: the step has 120 s', async () => {
    const names = [sandboxId, `${sandboxId}-p2`, `${sandboxId}-p3`, `${sandboxId}-p4`];
    const account = new RdsAccount(...names.map((name) => anInstance({ DBInstanceIdentifier: name })));
    account.fail('DeleteDBInstance', ...names.flatMap(() => Array(4).fill(refusal('is creating'))));
    const slept: number[] = [];

    await hostOn(account, { slept }).remove(sandboxId);

    expect(slept).toEqual([5, 15, 30].flatMap((seconds) => names.map(() => seconds)));
  });

  test('finds what exists although RDS refuses a list in which one does not', async () => {
    const account = new RdsAccount(anInstance());
    account.fail('DescribeDBInstances', awsError('DBInstanceNotFoundFault', 'not found', 404));

    await hostOn(account).remove(sandboxId);

    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('deleting');
  });

  test('is worth asking again when RDS does not even say what is there', async () => {
    const account = new RdsAccount(anInstance());
    account.fail('DescribeDBInstances', awsError('AccessDenied', 'not you'));

    await expect(hostOn(account).remove(sandboxId)).rejects.toMatchObject({
      name: 'TEARDOWN_FAILED',
      retryable: true,
    });
  });

  test('ends the lease of what cannot be deleted yet, so that the sweeper takes it', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'creating' }));
    account.fail('DeleteDBInstance', ...Array.from({ length: 4 }, () => refusal('is creating')));

    await hostOn(account).remove(sandboxId);

    expect(account.writes().at(-1)).toEqual([
      'AddTagsToResource',
      { ResourceName: arnOf(sandboxId), Tags: [{ Key: tagKeys.lease, Value: now }] },
    ]);
    // Asked again, as "Confirm gone" does, it goes.
    await hostOn(account).remove(sandboxId);
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('deleting');
  });

  test('stops asking when the instance was handed over meanwhile', async () => {
    const account = new RdsAccount(anInstance()).fail('DeleteDBInstance', refusal('is modifying'));
    const onSleep = () => {
      const instance = account.instances.get(sandboxId);
      if (instance !== undefined) instance.TagList = tags({ [tagKeys.lease]: null });
    };

    await hostOn(account, { onSleep }).remove(sandboxId);

    expect(account.writes()).toHaveLength(1);
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('available');
  });

  test('fails by name when RDS refuses for another reason, after it dealt with the other placements', async () => {
    const account = new RdsAccount(anInstance(), anInstance({ DBInstanceIdentifier: `${sandboxId}-p2` }));
    account.fail('DeleteDBInstance', awsError('AccessDenied', 'not you'));

    await expect(hostOn(account).remove(sandboxId)).rejects.toMatchObject({
      name: 'TEARDOWN_FAILED',
      message: expect.stringContaining('not you'),
      retryable: true,
    });
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('deleting');
  });

  test('fails by name when a refused instance cannot even be marked', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'creating' }));
    account.fail('DeleteDBInstance', ...Array.from({ length: 4 }, () => refusal('is creating')));
    account.fail('AddTagsToResource', awsError('AccessDenied'));

    await expect(hostOn(account).remove(sandboxId)).rejects.toMatchObject({ name: 'TEARDOWN_FAILED' });
  });
});

describe('never removed', () => {
  test.each([
    ['without any tag', []],
    ['without the stack’s tag', tags({ [tagKeys.stack]: null })],
    ['without the drill’s tag', tags({ [tagKeys.drill]: null })],
    ['of another stack', tags({ [tagKeys.stack]: 'restore-drill-staging' })],
    ['of another drill', tags({ [tagKeys.drill]: 'other' })],
    ['with a lease that is no moment', tags({ [tagKeys.lease]: 'forever' })],
  ])('is an instance of our name %s, and that is said', async (_what, TagList) => {
    const account = new RdsAccount(anInstance({ TagList }));

    await expect(hostOn(account).remove(sandboxId)).rejects.toMatchObject({ name: 'TEARDOWN_FAILED' });
    expect(account.writes()).toEqual([]);
  });

  test.each([
    ['was handed over', tags({ 'restore-drill:handed-over': drillId })],
    [
      'was handed over and has no lease',
      tags({ 'restore-drill:handed-over': drillId, [tagKeys.lease]: null }),
    ],
    ['lost its lease, as between two steps of a promotion', tags({ [tagKeys.lease]: null })],
  ])('is an instance that %s', async (_how, TagList) => {
    const account = new RdsAccount(anInstance({ TagList }));

    await hostOn(account).remove(sandboxId);

    expect(account.writes()).toEqual([]);
  });

  test('is an instance with deletion protection, and that is said', async () => {
    const account = new RdsAccount(anInstance({ DeletionProtection: true }));

    await expect(hostOn(account).remove(sandboxId)).rejects.toMatchObject({
      name: 'TEARDOWN_FAILED',
      message: expect.stringContaining('protected'),
    });
    expect(account.writes()).toEqual([]);
  });

  test.each([
    'production',
    'arn:aws:rds:eu-west-1:111122223333:db:production',
    'restore-drill-production',
    '',
  ])('is %j, whose name no drill gives: RDS is not even asked about it', async (name) => {
    const account = new RdsAccount(anInstance({ DBInstanceIdentifier: name }));

    await expect(hostOn(account).remove(name)).rejects.toMatchObject({ name: 'TEARDOWN_FAILED' });
    expect(account.calls).toEqual([]);
  });
});
