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

const of = (command: string, changes: object) => [
  command,
  { DBInstanceIdentifier: sandboxId, ApplyImmediately: true, ...changes },
];

describe('a promotion', () => {
  test('removes the lease before anything else and protects the instance, then sets the rest, each by itself', async () => {
    const account = new RdsAccount(anInstance({ AutoMinorVersionUpgrade: false }));

    expect(await promotionOn(account).promote(sandboxId, plan)).toEqual([]);

    expect(account.writes()).toEqual([
      ['RemoveTagsFromResource', { ResourceName: arnOf(sandboxId), TagKeys: ['restore-drill:lease'] }],
      [
        'AddTagsToResource',
        {
          ResourceName: arnOf(sandboxId),
          Tags: [{ Key: 'restore-drill:handed-over', Value: drillId }],
        },
      ],
      of('ModifyDBInstance', { DeletionProtection: true }),
      of('ModifyDBInstance', { VpcSecurityGroupIds: ['sg-0a1b2c', 'sg-app'] }),
      of('ModifyDBInstance', { AutoMinorVersionUpgrade: true }),
      of('ModifyDBInstance', { MultiAZ: true }),
    ]);
  });

  test('asks for class and parameter group where the instance had to be made with others', async () => {
    const account = new RdsAccount(
      anInstance({ DBParameterGroups: [{ DBParameterGroupName: 'default.postgres15' }] }),
    );
    const wanted = { ...production, instanceClass: 'db.r7g.large', parameterGroup: 'shop-15' };
    const other = aPlan({ mode: 'restore', rds: { ...plan.rds, production: wanted } });

    await promotionOn(account).promote(sandboxId, other);

    const changes = account.writes().map(([, input]) => input);
    expect(changes).toContainEqual(expect.objectContaining({ DBInstanceClass: 'db.r7g.large' }));
    expect(changes).toContainEqual(expect.objectContaining({ DBParameterGroupName: 'shop-15' }));
  });

  test('asks for extended support where the instance was made without it', async () => {
    const account = new RdsAccount(
      anInstance({ EngineLifecycleSupport: 'open-source-rds-extended-support-disabled' }),
    );
    const wanted = { ...production, extendedSupport: true };

    await promotionOn(account).promote(sandboxId, aPlan({ rds: { ...plan.rds, production: wanted } }));

    expect(account.writes()).toContainEqual(
      of('ModifyDBInstance', { EngineLifecycleSupport: 'open-source-rds-extended-support' }),
    );
  });

  test('of which one change is refused makes all the others, and names it', async () => {
    const account = new RdsAccount(anInstance());
    account.answers.ModifyDBInstance = (input) => {
      if ('VpcSecurityGroupIds' in input) throw awsError('InvalidVPCNetworkStateFault', 'other VPC');
      const instance = account.instances.get(sandboxId)!;
      Object.assign(instance, input);
      return { DBInstance: instance };
    };

    const refused = await promotionOn(account).promote(sandboxId, plan);

    expect(refused).toEqual([
      { change: 'security groups', problem: 'InvalidVPCNetworkStateFault: other VPC' },
    ]);
    expect(account.instances.get(sandboxId)).toMatchObject({
      ...{ DeletionProtection: true, MultiAZ: true, TagList: handedOver },
    });
  });

  test('that only keeps – for whoever finds an approved restore – changes nothing but lease, mark and protection', async () => {
    const account = new RdsAccount(anInstance());

    expect(await promotionOn(account).keep(sandboxId, drillId)).toEqual([]);

    expect(account.writes().map(([command]) => command)).toEqual([
      'RemoveTagsFromResource',
      'AddTagsToResource',
      'ModifyDBInstance',
    ]);
    expect(account.writes().at(-1)).toEqual(of('ModifyDBInstance', { DeletionProtection: true }));
  });

  test('says nothing of retention, class, storage or parameter group: changing those would be an outage', async () => {
    const account = new RdsAccount(anInstance());

    await promotionOn(account).promote(sandboxId, plan);

    const changed = account.writes().flatMap(([, input]) => Object.keys(input));
    expect(changed).not.toEqual(
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

    expect(await promotionOn(account).promote(sandboxId, plan)).toEqual([
      { change: 'the removal of the lease', problem: 'AccessDenied: not you' },
    ]);
    expect(account.instances.get(sandboxId)?.DeletionProtection).toBe(true);
    // And the mark alone keeps our own hands off.
    await hostOn(account).remove(sandboxId);
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('available');
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
    expect(await promotionOn(new RdsAccount(anInstance(promoted))).look(sandboxId, plan, [])).toMatchObject({
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

    expect(await promotionOn(account).look(sandboxId, plan, [])).toMatchObject({ state: 'pending' });
  });

  test.each([
    ['the instance is gone', []],
    ['the instance is a stranger’s', [anInstance({ ...promoted, TagList: [] })]],
    ['the instance is in a dead end', [anInstance({ ...promoted, DBInstanceStatus: 'failed' })]],
    ['the disk is full', [anInstance({ ...promoted, DBInstanceStatus: 'storage-full' })]],
    [
      'the instance is of another drill',
      [anInstance({ ...promoted, TagList: tags({ [tagKeys.drill]: 'x' }) })],
    ],
  ])('fails when %s', async (_why, instances) => {
    expect(await promotionOn(new RdsAccount(...instances)).look(sandboxId, plan, [])).toMatchObject({
      state: 'failed',
    });
  });

  test('asks again for what is missing: the lease, the protection, a change that was refused for the moment', async () => {
    const account = new RdsAccount(
      anInstance({ ...promoted, TagList: tags(), DeletionProtection: false, MultiAZ: false }),
    );
    const promotion = promotionOn(account);

    expect(await promotion.look(sandboxId, plan, [])).toMatchObject({ state: 'pending', refused: [] });

    expect(account.instances.get(sandboxId)).toMatchObject({
      ...{ TagList: handedOver, DeletionProtection: true, PendingModifiedValues: { MultiAZ: true } },
    });
  });

  test('asks RDS for nothing while it makes a change, because it would be refused', async () => {
    const account = new RdsAccount(
      anInstance({ ...promoted, DBInstanceStatus: 'modifying', MultiAZ: false }),
    );

    await promotionOn(account).look(sandboxId, plan, []);

    expect(account.writes()).toEqual([]);
  });

  test('does not wait for a change that was refused', async () => {
    const account = new RdsAccount(anInstance({ ...promoted, MultiAZ: false }));

    expect(await promotionOn(account).look(sandboxId, plan, ['the standby'])).toMatchObject({
      ...{ state: 'done', detail: 'single-AZ, deletion protection on, 7 days of backups' },
    });
    expect(account.writes()).toEqual([]);
  });

  test('names a change that is refused now', async () => {
    const account = new RdsAccount(anInstance({ ...promoted, MultiAZ: false }));
    account.fail('ModifyDBInstance', awsError('InsufficientDBInstanceCapacityFault', 'none left'));

    expect(await promotionOn(account).look(sandboxId, plan, [])).toMatchObject({
      refused: [{ change: 'the standby', problem: 'InsufficientDBInstanceCapacityFault: none left' }],
    });
  });
});
