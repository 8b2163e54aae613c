import type { CreateDBInstanceCommandInput } from '@aws-sdk/client-rds';
import { masterRole } from '../../../contract/names.ts';
import type { RdsSandboxPlan } from '../../../domain/sandbox/sandbox-plan.ts';
import { lifecycleOf } from './lifecycle.ts';
import { leaseTags } from './ownership.ts';

/** Where instances are made. */
export interface InstanceCreation {
  /** Subnet group of the isolated subnets. */
  subnetGroup: string;
  securityGroup: string;
  /** Tags of the user, beside those of the drill. */
  tags: Readonly<Record<string, string>>;
}

/** How the master logs in at first: by IAM tokens, or by a password that RDS keeps in a secret. */
export type MasterLogin = 'token' | 'managed password';

/**
 * What is thrown away needs no password: nobody waits for a secret, and none is made
 * (docs/facts.md#the-login-of-the-master). What may be kept has its password from the start, as whoever gets it needs it.
 */
export const masterLoginOf = ({ rds }: RdsSandboxPlan): MasterLogin =>
  rds.production === null ? 'token' : 'managed password';

/**
 * The certificate authority that instances of ours present: RSA keys, understood by every client, in the bundle that
 * travels with the code.
 */
const certificateAuthority = 'rds-ca-rsa2048-g1';

/**
 * What CreateDBInstance is asked for. Everything that defaults to something dangerous or dear is said: encryption,
 * public access, retention, upgrades, Extended Support (docs/facts.md#defaults-of-createdbinstance). Neither Iops nor
 * throughput is ever asked for: below 400 GiB RDS refuses them, and above the baseline is enough (docs/facts.md#gp3).
 */
export function createRequest(
  plan: RdsSandboxPlan,
  placement: number,
  identifier: string,
  stackName: string,
  creation: InstanceCreation,
  login: MasterLogin = masterLoginOf(plan),
): CreateDBInstanceCommandInput {
  const { rds } = plan;
  const kept = rds.production;
  const place = rds.placements[placement];
  if (place === undefined) throw new RangeError(`the plan has no place ${placement}`);
  return {
    DBInstanceIdentifier: identifier,
    DBInstanceClass: place.instanceClass,
    Engine: 'postgres',
    EngineVersion: rds.engineVersion,
    EngineLifecycleSupport: lifecycleOf(rds.extendedSupport ?? false),
    StorageType: 'gp3',
    AllocatedStorage: rds.storageGib,
    StorageEncrypted: true,
    // Neither key nor subnet group can be changed afterwards (docs/facts.md#what-creation-decides-for-good).
    ...(kept?.kmsKeyId == null ? {} : { KmsKeyId: kept.kmsKeyId }),
    DBSubnetGroupName: kept?.subnetGroup ?? creation.subnetGroup,
    VpcSecurityGroupIds: [creation.securityGroup],
    ...(place.availabilityZone === null ? {} : { AvailabilityZone: place.availabilityZone }),
    PubliclyAccessible: false,
    // A standby would double the time and the price of a restore; promotion adds it to an instance that is kept.
    MultiAZ: false,
    // Turning backups on later is an outage, so an instance that may be kept has its final retention from the start.
    BackupRetentionPeriod: kept?.backupRetentionDays ?? 0,
    // The default group of a major exists from its first use on, and only when nobody names it.
    ...(rds.parameterGroup.startsWith('default.') ? {} : { DBParameterGroupName: rds.parameterGroup }),
    AutoMinorVersionUpgrade: false,
    DeletionProtection: false,
    CopyTagsToSnapshot: true,
    MasterUsername: masterRole,
    ...(login === 'token'
      ? { MasterUserAuthenticationType: 'iam-db-auth' }
      : { ManageMasterUserPassword: true }),
    EnableIAMDatabaseAuthentication: true,
    CACertificateIdentifier: certificateAuthority,
    Tags: [
      ...Object.entries(creation.tags).map(([Key, Value]) => ({ Key, Value })),
      ...leaseTags(stackName, plan.drillId, plan.leaseExpiresAt),
    ],
  };
}
