import { expect, test } from 'vitest';
import { physicalNames } from '../../lib/infra/names/physical-names.ts';
import { networkMark } from '../../lib/infra/sandbox/network.ts';
import { aConfig } from '../infra/support/configs.ts';
import { synthesize } from '../infra/support/synth.ts';
import { evaluate, type Permission } from './support/evaluate.ts';
import { account, region, type Template } from './support/resolve-template.ts';
import { rolesOf } from './support/role-policies.ts';

const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const production = `production: { parameterGroup: shop-15, subnetGroup: apps, securityGroups: [sg-0a1b2c], kmsKeyId: "${key}" }`;
const network =
  'aws: { network: { vpcId: vpc-0a1b2c3d, sandboxSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], taskSubnets: [subnet-0a1b2c3f, subnet-0a1b2c30], availabilityZones: [eu-west-1a, eu-west-1b] } }';

const configWith = (settings: string) =>
  aConfig(`${network}\ndatabases: { shop: { source: { bucket: acme, prefix: pg/ }, ${settings} } }`);

function rolesWith(settings: string) {
  const template = synthesize(configWith(settings)).json as unknown as Template;
  const roles = rolesOf(template);
  return (door: string) => {
    const found = roles.find(
      ({ logicalId }) => template.Resources[logicalId]?.Properties?.Description === `lambdas/${door}.ts`,
    );
    if (found === undefined) throw new Error(`no role of ${door}`);
    return found;
  };
}

const looks: Permission[] = [
  { action: 'rds:DescribeDBParameterGroups', resource: '*' },
  { action: 'ec2:DescribeSecurityGroups', resource: '*' },
  { action: 'kms:DescribeKey', resource: key },
];
const rds = (kind: string, name: string): string => `arn:aws:rds:${region}:${account}:${kind}:${name}`;

test('a drill may look at what production names, and a real restore may use it', async () => {
  const roleOf = rolesWith(production);

  for (const look of looks) expect((await evaluate(roleOf('plan-sandbox'), look)).allowed).toBe(true);
  const { sandboxSubnetGroup } = physicalNames('restore-drill', networkMark(configWith(production).aws));
  for (const group of ['apps', sandboxSubnetGroup]) {
    const context = {
      'aws:RequestTag/restore-drill:stack': 'restore-drill',
      'aws:RequestTag/restore-drill:drill': 'd',
      'aws:RequestTag/restore-drill:lease': '2026-01-01T00:00:00.000Z',
    };
    const create = { action: 'rds:CreateDBInstance', resource: rds('subgrp', group), context };
    expect((await evaluate(roleOf('provision-sandbox'), create)).allowed).toBe(true);
  }
  for (const door of ['promote', 'look-at-promotion']) {
    const give = { action: 'rds:ModifyDBInstance', resource: rds('pg', 'shop-15') };
    expect((await evaluate(roleOf(door), give)).allowed).toBe(true);
  }
});

test('nobody may look where production names nothing', async () => {
  const roleOf = rolesWith('objectives: { rto: 4h }');

  for (const look of looks) expect((await evaluate(roleOf('plan-sandbox'), look)).allowed).toBe(false);
});
