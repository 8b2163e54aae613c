import { DescribeSecurityGroupsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import {
  DescribeDBParameterGroupsCommand,
  DescribeDBSubnetGroupsCommand,
  type RDSClient,
} from '@aws-sdk/client-rds';
import type { ProductionConfig } from '../../../domain/config/index.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { awsWords } from '../../aws/rds-errors.ts';
import { placementsFor } from './placements.ts';
import { exceededQuotas } from './quotas.ts';

/** Clients of the services that know what only a real restore uses. */
export interface RehearsalClients {
  ec2: EC2Client;
  kms: KMSClient;
}

/** What a real restore of the dump in hand would be made with. */
export interface RehearsedRestore {
  production: ProductionConfig;
  engineVersion: string;
  majorVersion: number;
  instanceClasses: string[];
  storageGib: number;
  /** Of the sandboxes: what the kept instance lies in when production names none, and whose VPC all must share. */
  sandboxSubnetGroup: string;
  region: string;
}

/**
 * Looks whether a real restore could be made as `production` says – what only shows on the day it is needed otherwise.
 * Makes nothing. What cannot be looked at is told as well, because it does not count as ready.
 */
export async function rehearseRestore(
  rds: RDSClient,
  clients: RehearsalClients,
  restore: RehearsedRestore,
): Promise<Finding[]> {
  const { rehearsal } = restore.production;
  if (rehearsal === 'off') return [];
  const looks = [
    looked('its class', () => classProblems(rds, restore)),
    looked('its parameter group', () => parameterGroupProblems(rds, restore)),
    looked('its subnet group and security groups', () => vpcProblems(rds, clients.ec2, restore)),
    looked('its key', () => keyProblems(clients.kms, restore)),
    looked('the quotas of RDS', async () =>
      (await exceededQuotas(rds, restore.storageGib)).map(({ message }) => message),
    ),
  ];
  const problems = (await Promise.all(looks)).flat();
  return problems.map((problem) => ({
    ...finding('RESTORE_NOT_READY', `a real restore is not ready: ${problem}`),
    severity: rehearsal,
  }));
}

async function looked(what: string, look: () => Promise<string[]>): Promise<string[]> {
  try {
    return await look();
  } catch (error) {
    return [`${what} could not be looked at (${awsWords(error)})`];
  }
}

async function classProblems(
  rds: RDSClient,
  { engineVersion, instanceClasses, production, sandboxSubnetGroup }: RehearsedRestore,
): Promise<string[]> {
  const subnetGroup = production.subnetGroup ?? sandboxSubnetGroup;
  const placements = await placementsFor(rds, { engineVersion, instanceClasses, subnetGroup });
  if (placements.length > 0) return [];
  return [
    `none of ${instanceClasses.join(', ')} is offered for PostgreSQL ${engineVersion} with gp3 in the zones of ${subnetGroup}`,
  ];
}

async function parameterGroupProblems(
  rds: RDSClient,
  { production: { parameterGroup }, majorVersion }: RehearsedRestore,
): Promise<string[]> {
  if (parameterGroup === null) return [];
  const { DBParameterGroups = [] } = await rds.send(
    new DescribeDBParameterGroupsCommand({ DBParameterGroupName: parameterGroup }),
  );
  const family = DBParameterGroups[0]?.DBParameterGroupFamily;
  const wanted = `postgres${majorVersion}`;
  if (family === wanted) return [];
  return [
    `the parameter group ${parameterGroup} is of ${family ?? 'no family'}, and the dump needs ${wanted}`,
  ];
}

async function vpcProblems(
  rds: RDSClient,
  ec2: EC2Client,
  { production: { subnetGroup, securityGroups }, sandboxSubnetGroup }: RehearsedRestore,
): Promise<string[]> {
  if (subnetGroup === null && securityGroups.length === 0) return [];
  const vpc = await vpcOf(rds, sandboxSubnetGroup);
  const elsewhere = (what: string, its: string | undefined): string[] =>
    its === vpc
      ? []
      : [`${what} lies in ${its ?? 'no VPC'}, and the restore task and the checks in ${vpc ?? 'no VPC'}`];
  const ofSubnets =
    subnetGroup === null ? [] : elsewhere(`the subnet group ${subnetGroup}`, await vpcOf(rds, subnetGroup));
  if (securityGroups.length === 0) return ofSubnets;
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds: securityGroups }),
  );
  const vpcs = new Map(SecurityGroups.map(({ GroupId, VpcId }) => [GroupId, VpcId]));
  return [
    ...ofSubnets,
    ...securityGroups.flatMap((group) => elsewhere(`the security group ${group}`, vpcs.get(group))),
  ];
}

async function vpcOf(rds: RDSClient, subnetGroup: string): Promise<string | undefined> {
  const { DBSubnetGroups = [] } = await rds.send(
    new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: subnetGroup }),
  );
  return DBSubnetGroups[0]?.VpcId;
}

async function keyProblems(
  kms: KMSClient,
  { production: { kmsKeyId }, region }: RehearsedRestore,
): Promise<string[]> {
  if (kmsKeyId === null) return [];
  const keyRegion = kmsKeyId.split(':')[3];
  if (keyRegion !== region) return [`the key ${kmsKeyId} is of ${keyRegion}, and the instance of ${region}`];
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: kmsKeyId }));
  const { KeyState, KeyUsage, KeySpec } = KeyMetadata ?? {};
  const problems = [
    ...(KeyState === 'Enabled' ? [] : [`its state is ${KeyState}`]),
    ...(KeyUsage === 'ENCRYPT_DECRYPT' ? [] : [`it is for ${KeyUsage}`]),
    ...(KeySpec === 'SYMMETRIC_DEFAULT' ? [] : [`it is ${KeySpec}, and RDS takes symmetric keys only`]),
  ];
  return problems.map((problem) => `the key ${kmsKeyId} cannot be used: ${problem}`);
}
