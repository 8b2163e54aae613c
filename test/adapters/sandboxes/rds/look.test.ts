import { describe, expect, test } from 'vitest';
import { tagKeys } from '../../../../lib/contract/names.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import { anInstance, drillId, hostOn, RdsAccount, sandboxId, tags } from './rds-account.ts';

const lookAt = (...instances: ReturnType<typeof anInstance>[]) =>
  hostOn(new RdsAccount(...instances)).look(sandboxId);

describe('a look at a sandbox', () => {
  test('finds it ready with its address, and with the secret’s name but not its value', async () => {
    expect(await lookAt(anInstance())).toEqual({
      state: 'ready',
      address: {
        sandboxId,
        host: `${sandboxId}.abc.eu-west-1.rds.amazonaws.com`,
        port: 5432,
        masterRole: 'drill_master',
        serverVersion: '15.17',
        secretArn: `arn:aws:secretsmanager:eu-west-1:1:secret:rds!${sandboxId}`,
      },
    });
  });

  test.each(['available', 'backing-up', 'storage-optimization'])(
    'finds it reachable while %s',
    async (status) => {
      expect(await lookAt(anInstance({ DBInstanceStatus: status }))).toMatchObject({ state: 'ready' });
    },
  );

  test.each(['creating', 'modifying', 'configuring-iam-database-auth', 'rebooting', 'something-new'])(
    'waits while it is %s',
    async (status) => {
      expect(await lookAt(anInstance({ DBInstanceStatus: status }))).toEqual({
        state: 'pending',
        detail: status,
      });
    },
  );

  test('waits for the master secret to become active', async () => {
    const MasterUserSecret = { SecretArn: 'arn:secret', SecretStatus: 'creating' };

    expect(await lookAt(anInstance({ MasterUserSecret }))).toEqual({
      state: 'pending',
      detail: 'available, master secret creating',
    });
  });

  test('ends early when the master secret is impaired', async () => {
    const MasterUserSecret = { SecretArn: 'arn:secret', SecretStatus: 'impaired' };

    expect(await lookAt(anInstance({ MasterUserSecret }))).toMatchObject({ state: 'broken' });
  });

  test('waits for an endpoint', async () => {
    const { Endpoint: _none, ...without } = anInstance();

    expect(await lookAt(without)).toMatchObject({ state: 'pending' });
  });

  test.each([
    'failed',
    'restore-error',
    'incompatible-restore',
    'incompatible-parameters',
    'incompatible-network',
    'incompatible-option-group',
    'inaccessible-encryption-credentials',
    'deleting',
    'stopped',
  ])('ends early in the dead end %s', async (status) => {
    expect(await lookAt(anInstance({ DBInstanceStatus: status }))).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining(`(${status})`),
    });
  });

  test('names a full disk as such', async () => {
    expect(
      await lookAt(anInstance({ DBInstanceStatus: 'storage-full', AllocatedStorage: 20 })),
    ).toMatchObject({
      state: 'broken',
      code: 'SANDBOX_DISK_FULL',
      reason: expect.stringContaining('20 GiB'),
      hint: expect.stringContaining('sandbox.storage'),
    });
  });

  test('tells missing capacity from a dead end', async () => {
    const instance = anInstance({
      DBInstanceStatus: 'insufficient-capacity',
      AvailabilityZone: 'eu-west-1a',
    });

    expect(await lookAt(instance)).toEqual({
      state: 'no capacity',
      reason: 'RDS has no capacity for db.m7g.large in eu-west-1a',
    });
  });

  test('adds what RDS said last to a dead end', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'incompatible-parameters' }));
    const Events = ['one', 'two', 'three', 'max_connections is too high'].map((Message) => ({ Message }));
    account.answers = { DescribeEvents: () => ({ Events }) };

    expect(await hostOn(account).look(sandboxId)).toMatchObject({
      reason: expect.stringContaining('two / three / max_connections is too high'),
    });
  });

  test('names a dead end although its events may not be read', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'failed' }));
    account.fail('DescribeEvents', awsError('AccessDenied', 'not you'));

    expect(await hostOn(account).look(sandboxId)).toMatchObject({
      state: 'broken',
      reason: expect.stringContaining('events could not be read (AccessDenied: not you)'),
    });
  });

  test('takes the newest placement that exists', async () => {
    const former = anInstance({ DBInstanceStatus: 'deleting' });
    const current = anInstance({ DBInstanceIdentifier: `${sandboxId}-p2`, DBInstanceStatus: 'creating' });

    expect(await lookAt(former, current)).toEqual({ state: 'pending', detail: 'creating' });
  });

  test('keeps one sandbox id whatever the placement', async () => {
    expect(await lookAt(anInstance({ DBInstanceIdentifier: `${sandboxId}-p3` }))).toMatchObject({
      address: { sandboxId, host: expect.stringContaining('-p3') },
    });
  });

  test('finds it gone only when no placement is left', async () => {
    expect(
      await lookAt(anInstance({ DBInstanceIdentifier: `${sandboxId}-p2`, DBInstanceStatus: 'deleting' })),
    ).toMatchObject({
      state: 'broken',
    });
    expect(await lookAt()).toEqual({ state: 'gone' });
    const notFound = new RdsAccount().fail('DescribeDBInstances', awsError('DBInstanceNotFoundFault'));
    expect(await hostOn(notFound).look(sandboxId)).toEqual({ state: 'gone' });
  });

  test.each([
    ['was handed over', tags({ 'restore-drill:handed-over': drillId, [tagKeys.lease]: null })],
    ['lost its lease', tags({ [tagKeys.lease]: null })],
  ])('calls an instance kept that %s', async (_how, TagList) => {
    expect(await lookAt(anInstance({ TagList }))).toMatchObject({ state: 'kept' });
  });

  test('does not see a stranger of that name, even when the endpoint ignores the filter', async () => {
    expect(await lookAt(anInstance({ TagList: [] }))).toEqual({ state: 'gone' });

    const account = new RdsAccount();
    account.answers = {
      DescribeDBInstances: () => ({ DBInstances: [anInstance({ DBInstanceIdentifier: 'production' })] }),
    };
    expect(await hostOn(account).look(sandboxId)).toEqual({ state: 'gone' });
  });

  test('does not hide that the account could not be asked', async () => {
    const account = new RdsAccount().fail('DescribeDBInstances', awsError('AccessDenied', 'not you'));

    await expect(hostOn(account).look(sandboxId)).rejects.toThrow('not you');
  });
});
