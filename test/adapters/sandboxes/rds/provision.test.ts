import { describe, expect, test } from 'vitest';
import { tagKeys } from '../../../../lib/contract/names.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import {
  anInstance,
  aPlan,
  configured,
  creation,
  drillId,
  hostOn,
  leaseExpiresAt,
  RdsAccount,
  sandboxId,
  tags,
} from './rds-account.ts';

describe('an instance that may be kept', () => {
  test('is made with what nothing can change afterwards: key, subnet group, extended support', async () => {
    const account = new RdsAccount();
    const kmsKeyId = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const production = { ...configured().production, kmsKeyId, subnetGroup: 'apps', extendedSupport: true };
    const { rds } = aPlan();

    await hostOn(account).provision(
      aPlan({ mode: 'restore', rds: { ...rds, production, extendedSupport: true } }),
    );

    expect(account.writes()[0]?.[1]).toMatchObject({
      KmsKeyId: kmsKeyId,
      DBSubnetGroupName: 'apps',
      EngineLifecycleSupport: 'open-source-rds-extended-support',
      StorageEncrypted: true,
      VpcSecurityGroupIds: ['sg-0a1b2c'],
    });
  });
});

describe('a sandbox', () => {
  test('is asked for with everything said that would default to something dangerous or dear', async () => {
    const account = new RdsAccount();

    expect(await hostOn(account).provision(aPlan())).toEqual({ sandboxId });

    expect(account.writes()).toEqual([
      [
        'CreateDBInstance',
        {
          DBInstanceIdentifier: sandboxId,
          DBInstanceClass: 'db.m7g.large',
          Engine: 'postgres',
          EngineVersion: '15.17',
          EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
          StorageType: 'gp3',
          AllocatedStorage: 20,
          StorageEncrypted: true,
          DBSubnetGroupName: 'restore-drill-sandbox',
          VpcSecurityGroupIds: ['sg-0a1b2c'],
          AvailabilityZone: 'eu-west-1a',
          PubliclyAccessible: false,
          MultiAZ: false,
          BackupRetentionPeriod: 0,
          DBParameterGroupName: 'restore-drill-import-15',
          AutoMinorVersionUpgrade: false,
          DeletionProtection: false,
          CopyTagsToSnapshot: true,
          MasterUsername: 'drill_master',
          MasterUserAuthenticationType: 'iam-db-auth',
          EnableIAMDatabaseAuthentication: true,
          CACertificateIdentifier: 'rds-ca-rsa2048-g1',
          Tags: [
            { Key: 'restore-drill:stack', Value: 'restore-drill' },
            { Key: 'restore-drill:drill', Value: drillId },
            { Key: 'restore-drill:lease', Value: leaseExpiresAt },
          ],
        },
      ],
    ]);
  });

  test('carries the tags of drills.yaml in the very request, as policies on tags demand', async () => {
    const account = new RdsAccount();

    const tagged = { ...creation, tags: { CostCenter: '4711' } };
    await hostOn(account, { creation: tagged }).provision(aPlan());

    const [[, request = {}] = []] = account.writes();
    const Tags = request.Tags as { Key: string; Value: string }[];
    expect(Tags).toContainEqual({ Key: 'CostCenter', Value: '4711' });
    expect(Tags.map(({ Key }) => Key)).toEqual(['CostCenter', ...Object.values(tagKeys)]);
  });

  test.each([20, 399, 400, 4000])('of %i GiB never asks for Iops or throughput', async (storageGib) => {
    const account = new RdsAccount();

    await hostOn(account).provision(aPlan({ rds: { ...aPlan().rds, storageGib } }));

    const [[, request] = []] = account.writes();
    expect(request).toMatchObject({ AllocatedStorage: storageGib });
    expect(Object.keys(request ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Iops|StorageThroughput/)]),
    );
  });

  test('of a real restore has its final retention and parameter group from the start', async () => {
    const production = { ...configured().production, backupRetentionDays: 14 };
    const account = new RdsAccount();

    await hostOn(account).provision(
      aPlan({ mode: 'restore', rds: { ...aPlan().rds, production, parameterGroup: 'shop-production' } }),
    );

    expect(account.writes()[0]?.[1]).toMatchObject({
      BackupRetentionPeriod: 14,
      DBParameterGroupName: 'shop-production',
      MultiAZ: false,
      DeletionProtection: false,
      // Whoever gets it logs in with a password; a sandbox that is thrown away needs none.
      ManageMasterUserPassword: true,
    });
    expect(account.writes()[0]?.[1]).not.toHaveProperty('MasterUserAuthenticationType');
  });

  test.each(['InvalidParameterValue', 'InvalidParameterCombination'])(
    'whose version knows no tokens at creation (%s) is asked for with a managed password',
    async (name) => {
      const account = new RdsAccount().fail('CreateDBInstance', awsError(name));

      expect(await hostOn(account).provision(aPlan())).toEqual({ sandboxId });

      const [first, second, ...more] = account.writes().map(([, request]) => request);
      expect(first).toMatchObject({ MasterUserAuthenticationType: 'iam-db-auth' });
      expect(second).toMatchObject({ ManageMasterUserPassword: true });
      expect(second).not.toHaveProperty('MasterUserAuthenticationType');
      expect(more).toEqual([]);
    },
  );

  test('that RDS refuses for another reason is not asked for a second time', async () => {
    const account = new RdsAccount().fail('CreateDBInstance', awsError('InstanceQuotaExceededFault'));

    await expect(hostOn(account).provision(aPlan())).rejects.toMatchObject({ name: 'QUOTA_EXCEEDED' });
    expect(account.writes()).toHaveLength(1);
  });

  test('names no parameter group where the default one is meant, and no zone where RDS chooses', async () => {
    const account = new RdsAccount();
    const rds = { ...aPlan().rds, parameterGroup: 'default.postgres15' };

    await hostOn(account).provision(aPlan({ rds }), 2);

    expect(account.writes().at(-1)?.[1]).not.toHaveProperty('DBParameterGroupName');
    expect(account.writes().at(-1)?.[1]).not.toHaveProperty('AvailabilityZone');
  });
});

describe('asked twice', () => {
  test('a sandbox is adopted when its tags are this drill’s', async () => {
    const account = new RdsAccount();
    await hostOn(account).provision(aPlan());

    expect(await hostOn(account).provision(aPlan())).toEqual({ sandboxId });
    expect(account.instances.size).toBe(1);
  });

  test('a sandbox that vanished between the two calls is left to the next look', async () => {
    const account = new RdsAccount().fail('CreateDBInstance', awsError('DBInstanceAlreadyExistsFault'));

    expect(await hostOn(account).provision(aPlan())).toEqual({ sandboxId });
  });

  test.each([
    ['has no tags', []],
    ['has no lease', tags({ [tagKeys.lease]: null })],
    ['is of another stack', tags({ [tagKeys.stack]: 'restore-drill-staging' })],
    ['is of another drill', tags({ [tagKeys.drill]: 'another-drill' })],
    ['was handed over', tags({ 'restore-drill:handed-over': drillId })],
  ])('an instance of that name that %s is refused and left alone', async (_why, TagList) => {
    const account = new RdsAccount(anInstance({ TagList }));

    await expect(hostOn(account).provision(aPlan())).rejects.toMatchObject({
      name: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('is not ours'),
    });
    expect(account.writes().map(([command]) => command)).toEqual(['CreateDBInstance']);
  });
});

describe('missing capacity', () => {
  test.each([
    'InsufficientDBInstanceCapacityFault',
    'StorageTypeNotSupportedFault',
    'ProvisionedIopsNotAvailableInAZFault',
  ])('has its own name when RDS answers %s', async (error) => {
    const account = new RdsAccount().fail('CreateDBInstance', awsError(error));

    await expect(hostOn(account).provision(aPlan())).rejects.toMatchObject({
      name: 'SANDBOX_NO_CAPACITY',
      message: expect.stringContaining('db.m7g.large in eu-west-1a'),
    });
  });

  test('sends the former place away before the next one is asked for', async () => {
    const account = new RdsAccount(anInstance({ DBInstanceStatus: 'insufficient-capacity' }));

    expect(await hostOn(account).provision(aPlan(), 1)).toEqual({ sandboxId });

    expect(account.writes().map(([command, input]) => [command, input.DBInstanceIdentifier])).toEqual([
      ['DeleteDBInstance', sandboxId],
      ['CreateDBInstance', `${sandboxId}-p2`],
    ]);
    expect(account.writes()[1]?.[1]).toMatchObject({ AvailabilityZone: 'eu-west-1b' });
  });

  test('is not answered by places that the plan does not have', async () => {
    await expect(hostOn(new RdsAccount()).provision(aPlan(), 3)).rejects.toThrow(/no place 3/);
  });
});

describe('a refusal of RDS', () => {
  test.each([
    ['InstanceQuotaExceededFault', 'QUOTA_EXCEEDED'],
    ['StorageQuotaExceededFault', 'QUOTA_EXCEEDED'],
    ['InvalidParameterCombination', 'SANDBOX_UNAVAILABLE'],
    ['AccessDenied', 'SANDBOX_UNAVAILABLE'],
    ['KMSKeyNotAccessibleFault', 'SANDBOX_UNAVAILABLE'],
  ])('%s is named %s and keeps the words of RDS', async (error, name) => {
    const refusal = awsError(error, 'because of this');
    // An invalid request is made once more, with the other login of the master.
    const account = new RdsAccount().fail('CreateDBInstance', refusal, refusal);

    await expect(hostOn(account).provision(aPlan())).rejects.toMatchObject({
      name,
      message: expect.stringContaining('because of this'),
    });
  });
});
