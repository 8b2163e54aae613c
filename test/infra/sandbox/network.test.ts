import { describe, expect, test } from 'vitest';
import { tunnelPort } from '../../../lib/contract/names.ts';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { type Synthesized, synthesize } from '../support/synth.ts';
import { namedResourcesOf, resourcesOf } from '../support/template.ts';

const own = synthesize(aConfig(defaultConfig));
const existing = synthesize(
  aConfig(`
aws:
  network:
    vpcId: vpc-0a1b2c3d
    availabilityZones: [eu-west-1a, eu-west-1b]
    sandboxSubnets: [subnet-0000000a, subnet-0000000b]
    taskSubnets: [subnet-0000000c, subnet-0000000d]
${defaultConfig}`),
);

interface Route {
  RouteTableId: { Ref: string };
  GatewayId?: unknown;
}
const tableOf = ({ json }: Synthesized, subnet: string): string | undefined =>
  resourcesOf<{ SubnetId: { Ref: string }; RouteTableId: { Ref: string } }>(
    json,
    'AWS::EC2::SubnetRouteTableAssociation',
  ).find(({ SubnetId }) => SubnetId.Ref === subnet)?.RouteTableId.Ref;
const subnets = (kind: string): string[] =>
  namedResourcesOf(own.json, 'AWS::EC2::Subnet')
    .map(([id]) => id)
    .filter((id) => id.includes(`Vpc${kind}Subnet`));

describe('the network of its own', () => {
  test('costs nothing while idle: no NAT gateway, no interface endpoint, no address', () => {
    own.template.resourceCountIs('AWS::EC2::NatGateway', 0);
    own.template.resourceCountIs('AWS::EC2::EIP', 0);
    own.template.allResourcesProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
    own.template.resourceCountIs('AWS::EC2::VPCEndpoint', 1);
  });

  test('spans two zones in each kind of subnet, as RDS demands', () => {
    expect([subnets('public'), subnets('checks'), subnets('sandbox')].map(({ length }) => length)).toEqual([
      2, 2, 2,
    ]);
  });

  test('gives sandboxes no route at all', () => {
    const routed = resourcesOf<Route>(own.json, 'AWS::EC2::Route').map(
      ({ RouteTableId }) => RouteTableId.Ref,
    );
    const endpoints = resourcesOf<{ RouteTableIds: { Ref: string }[] }>(own.json, 'AWS::EC2::VPCEndpoint')
      .flatMap(({ RouteTableIds }) => RouteTableIds)
      .map(({ Ref }) => Ref);
    for (const subnet of subnets('sandbox')) {
      expect(tableOf(own, subnet)).toBeDefined();
      expect([...routed, ...endpoints]).not.toContain(tableOf(own, subnet));
    }
  });

  test('keeps what a sandbox tried to reach, which is refused, in a log', () => {
    own.template.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'REJECT' });
  });

  test('puts sandboxes into those subnets only', () => {
    const [group] = resourcesOf<{ SubnetIds: { Ref: string }[] }>(own.json, 'AWS::RDS::DBSubnetGroup');
    expect(group?.SubnetIds.map(({ Ref }) => Ref)).toEqual(subnets('sandbox'));
  });

  test('lets checks reach the evidence bucket through the gateway, and nothing else of S3', () => {
    const [endpoint] = resourcesOf<{
      RouteTableIds: { Ref: string }[];
      PolicyDocument: { Statement: { Resource: unknown; Action: unknown }[] };
    }>(own.json, 'AWS::EC2::VPCEndpoint');
    expect(endpoint?.RouteTableIds.map(({ Ref }) => Ref)).toEqual(
      subnets('checks').map((subnet) => tableOf(own, subnet)),
    );
    const resources = JSON.stringify(endpoint?.PolicyDocument.Statement.map(({ Resource }) => Resource));
    expect(resources).not.toContain('"*"');
    expect(resources.match(/StorageEvidence\w+/g)).toHaveLength(2);
    const routed = resourcesOf<Route>(own.json, 'AWS::EC2::Route').map(
      ({ RouteTableId }) => RouteTableId.Ref,
    );
    for (const subnet of subnets('checks')) expect(routed).not.toContain(tableOf(own, subnet));
  });

  test('gives no machine a public address unasked', () => {
    for (const { MapPublicIpOnLaunch } of resourcesOf<{ MapPublicIpOnLaunch?: boolean }>(
      own.json,
      'AWS::EC2::Subnet',
    )) {
      expect(MapPublicIpOnLaunch ?? false).toBe(false);
    }
  });
});

describe('security groups', () => {
  const groups = namedResourcesOf<{
    SecurityGroupIngress?: unknown;
    SecurityGroupEgress: { CidrIp: string }[];
  }>(own.json, 'AWS::EC2::SecurityGroup');
  const idOf = (name: string): string => groups.find(([id]) => id.includes(name))?.[0] ?? '';
  const rules = (type: string) =>
    resourcesOf<{
      GroupId: { 'Fn::GetAtt': string[] };
      SourceSecurityGroupId?: { 'Fn::GetAtt': string[] };
      FromPort: number;
      ToPort: number;
    }>(own.json, type);

  test('let nothing in but PostgreSQL from the restore task and the checks', () => {
    for (const [id, { SecurityGroupIngress }] of groups) expect(SecurityGroupIngress, id).toBeUndefined();
    const ingress = rules('AWS::EC2::SecurityGroupIngress');
    expect(ingress.map(({ GroupId }) => GroupId['Fn::GetAtt'][0])).toEqual([
      idOf('SandboxGroup'),
      idOf('SandboxGroup'),
    ]);
    expect(ingress.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId?.['Fn::GetAtt'][0])).toEqual([
      idOf('TaskGroup'),
      idOf('CheckGroup'),
    ]);
    for (const { FromPort, ToPort } of ingress) expect([FromPort, ToPort]).toEqual([5432, 5432]);
  });

  test('let nobody call the restore task or the checks: code in a sandbox cannot ask them for anything', () => {
    const called = rules('AWS::EC2::SecurityGroupIngress').map(({ GroupId }) => GroupId['Fn::GetAtt'][0]);
    for (const name of ['TaskGroup', 'CheckGroup']) {
      expect(idOf(name)).not.toBe('');
      expect(called).not.toContain(idOf(name));
    }
  });

  test.each([
    [
      'hooks and a server inside the restore task',
      'hooks: { migrate: { image: app } }, sandbox: { kind: task }',
      1,
    ],
    ['hooks beside instances only', 'hooks: { migrate: { image: app } }', 0],
    ['a server inside the restore task and no hooks', 'sandbox: { kind: task }', 0],
  ])('of a stack with %s', (_, settings, count) => {
    const { json } = synthesize(
      aConfig(`databases: { shop: { source: { bucket: acme-backups }, ${settings} } }`),
    );
    const found = (type: string) =>
      resourcesOf<{
        GroupId: { 'Fn::GetAtt': string[] };
        SourceSecurityGroupId?: { 'Fn::GetAtt': string[] };
        DestinationSecurityGroupId?: { 'Fn::GetAtt': string[] };
        FromPort: number;
        ToPort: number;
      }>(json, type).filter(({ FromPort }) => FromPort === tunnelPort);
    const inwards = found('AWS::EC2::SecurityGroupIngress');
    const outwards = found('AWS::EC2::SecurityGroupEgress');

    expect([inwards.length, outwards.length]).toEqual([count, count]);
    for (const rule of [...inwards, ...outwards]) {
      const other = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId;
      expect(rule.GroupId['Fn::GetAtt'][0]).toContain('TaskGroup');
      expect(other).toEqual(rule.GroupId);
      expect(rule.ToPort).toBe(tunnelPort);
    }
  });

  test('let a sandbox out to nowhere', () => {
    const [, sandbox] = groups.find(([id]) => id === idOf('SandboxGroup'))!;
    // CloudFormation needs one rule so that AWS adds none of its own: this address never answers.
    expect(sandbox.SecurityGroupEgress.map(({ CidrIp }) => CidrIp)).toEqual(['255.255.255.255/32']);
    const egress = rules('AWS::EC2::SecurityGroupEgress');
    expect(egress.map(({ GroupId }) => GroupId['Fn::GetAtt'][0])).not.toContain(idOf('SandboxGroup'));
  });

  test('open the port of an S3-compatible store for the restore task only', () => {
    const { json } = synthesize(
      aConfig(`
databases:
  shop: { source: { bucket: acme-backups, endpointUrl: "https://minio.example:9000", credentialsSecret: keys } }
`),
    );
    const open = namedResourcesOf<{ SecurityGroupEgress: { FromPort: number }[] }>(
      json,
      'AWS::EC2::SecurityGroup',
    ).filter(([, { SecurityGroupEgress }]) => SecurityGroupEgress.some(({ FromPort }) => FromPort === 9000));
    expect(open.map(([id]) => id)).toEqual([expect.stringContaining('TaskGroup')]);
  });
});

describe('an existing network', () => {
  test('is used as it is: nothing of it is made or changed', () => {
    for (const type of ['VPC', 'Subnet', 'RouteTable', 'Route', 'InternetGateway', 'VPCEndpoint']) {
      existing.template.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
  });

  test('gives nothing a public address', () => {
    const environments = JSON.stringify(resourcesOf(existing.json, 'AWS::Lambda::Function'));
    expect(environments).toContain('DISABLED');
    expect(environments).not.toContain('ENABLED');
    expect(environments).toContain('subnet-0000000c');
  });

  test('holds sandboxes and checks in the subnets given for them', () => {
    existing.template.hasResourceProperties('AWS::RDS::DBSubnetGroup', {
      SubnetIds: ['subnet-0000000a', 'subnet-0000000b'],
    });
    existing.template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'restore-drill-run-check',
      VpcConfig: { SubnetIds: ['subnet-0000000a', 'subnet-0000000b'] },
    });
  });
});

describe('another network than before', () => {
  const groupName = ({ json }: Synthesized): string =>
    resourcesOf<{ DBSubnetGroupName: string }>(json, 'AWS::RDS::DBSubnetGroup')[0]!.DBSubnetGroupName;
  const zones = synthesize(
    aConfig(`aws: { availabilityZones: [eu-west-1b, eu-west-1c, eu-west-1a] }\n${defaultConfig}`),
  );
  const networkOf = ({ json }: Synthesized): string[] =>
    namedResourcesOf(json, 'AWS::EC2::Subnet').map(([id]) => id);

  test('gets a subnet group with a name of its own: one cannot move to another VPC', () => {
    expect([own, existing, zones].map(groupName)).toEqual([
      'restore-drill-sandbox',
      'restore-drill-sandbox-0a1b2c3d',
      'restore-drill-sandbox-eu-west-1b-eu-west-1c-eu-west-1a',
    ]);
    for (const one of [own, existing, zones]) {
      const rights = JSON.stringify(resourcesOf(one.json, 'AWS::IAM::Policy'));
      expect(rights).toContain(`:subgrp:${groupName(one)}"`);
    }
  });

  test('stands in the zones of drills.yaml, as a VPC beside the old one, whose addresses are taken until it goes', () => {
    const found = resourcesOf<{ AvailabilityZone: string }>(zones.json, 'AWS::EC2::Subnet');
    expect(found.map(({ AvailabilityZone }) => AvailabilityZone).toSorted()).toEqual(
      ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'].flatMap((zone) => [zone, zone, zone]),
    );
    expect(networkOf(zones).filter((id) => networkOf(own).includes(id))).toEqual([]);
    expect(namedResourcesOf(zones.json, 'AWS::EC2::VPC').map(([id]) => id)).not.toEqual(
      namedResourcesOf(own.json, 'AWS::EC2::VPC').map(([id]) => id),
    );
  });
});
