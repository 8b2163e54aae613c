import { describe, expect, test } from 'vitest';
import { tagKeys } from '../../../../lib/contract/names.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import {
  anInstance,
  aPlan,
  arnOf,
  configured,
  drillId,
  hostOn,
  leaseExpiresAt,
  RdsAccount,
  sandboxId,
  tags,
} from './rds-account.ts';

const production = { ...configured().production, securityGroups: ['sg-app', 'sg-0a1b2c'] };
const plan = aPlan({ mode: 'restore', rds: { ...aPlan().rds, production } });
const handedOver = tags({ [tagKeys.lease]: null, 'restore-drill:handed-over': drillId });

function promotionOn(account: RdsAccount, slept: number[] = []) {
  const { promotion } = hostOn(account, { slept });
  if (promotion === undefined) throw new Error('RDS promotes');
  return promotion;
}

describe('a promotion', () => {
  test('removes the lease before anything else, then sets what creation could not', async () => {
    const account = new RdsAccount(anInstance());

    await promotionOn(account).promote(sandboxId, plan);

    expect(account.writes()).toEqual([
      ['RemoveTagsFromResource', { ResourceName: arnOf(sandboxId), TagKeys: ['restore-drill:lease'] }],
      [
        'AddTagsToResource',
        {
          ResourceName: arnOf(sandboxId),
          Tags: [{ Key: 'restore-drill:handed-over', Value: drillId }],
        },
      ],
      [
        'ModifyDBInstance',
        {
          DBInstanceIdentifier: sandboxId,
          ApplyImmediately: true,
          MultiAZ: true,
          DeletionProtection: true,
          AutoMinorVersionUpgrade: true,
          VpcSecurityGroupIds: ['sg-0a1b2c', 'sg-app'],
        },
      ],
    ]);
  });

  test('says nothing of retention, class, storage or parameter group: changing those would be an outage', async () => {
    const account = new RdsAccount(anInstance());

    await promotionOn(account).promote(sandboxId, plan);

    expect(Object.keys(account.writes()[2]?.[1] ?? {})).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/Retention|DBInstanceClass|Storage|ParameterGroup|EngineVersion|^New/),
      ]),
    );
  });

  test('is of the newest placement', async () => {
    const account = new RdsAccount(
      anInstance({ DBInstanceStatus: 'deleting' }),
      anInstance({ DBInstanceIdentifier: `${sandboxId}-p2` }),
    );

    await promotionOn(account).promote(sandboxId, plan);

    expect(account.writes().at(-1)?.[1]).toMatchObject({ DBInstanceIdentifier: `${sandboxId}-p2` });
  });

  test.each([
    ['after the lease was removed', tags({ [tagKeys.lease]: null })],
    ['after it was marked', handedOver],
  ])('can be repeated when it died %s', async (_when, TagList) => {
    const account = new RdsAccount(anInstance({ TagList }));

    await promotionOn(account).promote(sandboxId, plan);

    expect(account.instances.get(sandboxId)).toMatchObject({ DeletionProtection: true, TagList: handedOver });
  });

  test('waits for an instance that is backing up', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'backing-up' }));
    account.fail('ModifyDBInstance', awsError('InvalidDBInstanceStateFault', 'backing-up'));
    const slept: number[] = [];

    await promotionOn(account, slept).promote(sandboxId, plan);

    expect(slept).toEqual([10]);
    expect(account.instances.get(sandboxId)?.DeletionProtection).toBe(true);
  });

  test('whose lease cannot be removed still protects the instance, and says what remains', async () => {
    const account = new RdsAccount(anInstance());
    account.fail('RemoveTagsFromResource', awsError('AccessDenied', 'not you'));

    await expect(promotionOn(account).promote(sandboxId, plan)).rejects.toMatchObject({
      name: 'PROMOTION_FAILED',
      message: expect.stringContaining('its lease could not be removed (AccessDenied: not you)'),
      hint: expect.stringContaining('restore-drill:lease'),
    });
    expect(account.instances.get(sandboxId)?.DeletionProtection).toBe(true);
    // And the mark alone keeps our own hands off.
    await hostOn(account).remove(sandboxId);
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('available');
  });

  test('whose change is refused fails by name, the lease being gone', async () => {
    const account = new RdsAccount(anInstance());
    account.fail('ModifyDBInstance', awsError('InvalidVPCNetworkStateFault', 'other VPC'));

    await expect(promotionOn(account).promote(sandboxId, plan)).rejects.toMatchObject({
      name: 'PROMOTION_FAILED',
      message: expect.stringContaining('other VPC'),
    });
    expect(account.instances.get(sandboxId)?.TagList).toEqual(handedOver);
  });

  test.each([
    ['does not exist', []],
    ['is a stranger’s', [anInstance({ TagList: [] })]],
    ['is of another stack', [anInstance({ TagList: tags({ [tagKeys.stack]: 'other' }) })]],
    ['is of another drill', [anInstance({ TagList: tags({ [tagKeys.drill]: 'other' }) })]],
  ])('touches nothing when the instance %s', async (_what, instances) => {
    const account = new RdsAccount(...instances);

    await expect(promotionOn(account).promote(sandboxId, plan)).rejects.toMatchObject({
      name: 'PROMOTION_FAILED',
    });
    expect(account.writes()).toEqual([]);
  });

  test('touches nothing for the plan of a drill, nor for a name that no drill gives', async () => {
    const account = new RdsAccount(anInstance(), anInstance({ DBInstanceIdentifier: 'production' }));

    await expect(promotionOn(account).promote(sandboxId, aPlan())).rejects.toMatchObject({
      name: 'PROMOTION_FAILED',
    });
    await expect(promotionOn(account).promote('production', plan)).rejects.toMatchObject({
      name: 'PROMOTION_FAILED',
    });
    expect(account.writes()).toEqual([]);
  });
});

describe('a look at a promotion', () => {
  const promoted = {
    ...{ TagList: handedOver, DeletionProtection: true, MultiAZ: true, BackupRetentionPeriod: 7 },
    VpcSecurityGroups: ['sg-0a1b2c', 'sg-app'].map((VpcSecurityGroupId) => ({
      VpcSecurityGroupId,
      Status: 'active',
    })),
  };

  test('finds it done with endpoint and secret', async () => {
    expect(await promotionOn(new RdsAccount(anInstance(promoted))).look(sandboxId, plan)).toMatchObject({
      state: 'done',
      address: {
        sandboxId,
        host: expect.stringContaining('.rds.amazonaws.com'),
        secretArn: expect.any(String),
      },
      detail: 'Multi-AZ, deletion protection on, 7 days of backups',
    });
  });

  test.each([
    ['the standby is not there yet', { PendingModifiedValues: { MultiAZ: true } }],
    ['the standby was not even begun with', { MultiAZ: false }],
    [
      'a security group was not even begun with',
      { VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-0a1b2c', Status: 'active' }] },
    ],
    ['it is being modified', { DBInstanceStatus: 'modifying' }],
    ['it is backing up', { DBInstanceStatus: 'backing-up' }],
    [
      'a security group is being added',
      { VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-app', Status: 'adding' }] },
    ],
  ])('waits while %s', async (_why, changes) => {
    const account = new RdsAccount(anInstance({ ...promoted, ...changes }));

    expect(await promotionOn(account).look(sandboxId, plan)).toMatchObject({ state: 'pending' });
  });

  test.each([
    ['the instance is gone', []],
    ['the instance is a stranger’s', [anInstance({ ...promoted, TagList: [] })]],
    ['the instance is in a dead end', [anInstance({ ...promoted, DBInstanceStatus: 'failed' })]],
    ['the disk is full', [anInstance({ ...promoted, DBInstanceStatus: 'storage-full' })]],
    ['the lease is still there', [anInstance({ ...promoted, TagList: tags() })]],
    ['deletion protection is off', [anInstance({ ...promoted, DeletionProtection: false })]],
  ])('fails when %s', async (_why, instances) => {
    expect(await promotionOn(new RdsAccount(...instances)).look(sandboxId, plan)).toMatchObject({
      state: 'failed',
    });
  });

  test('names the end of a lease that stayed', async () => {
    const account = new RdsAccount(anInstance({ ...promoted, TagList: tags() }));

    expect(await promotionOn(account).look(sandboxId, plan)).toMatchObject({
      reason: expect.stringContaining(leaseExpiresAt),
    });
  });
});
