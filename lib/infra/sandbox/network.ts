import { Fn, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { tunnelPort } from '../../contract/names.ts';
import type { AwsConfig } from '../../domain/config/index.ts';
import { accept } from '../review/accepted-rules.ts';
import { evidenceEndpointStatements } from '../rights/evidence.ts';
import { sizedLogGroup } from '../storage/log-groups.ts';

const postgresPort = ec2.Port.tcp(5432);

/**
 * What tells the network of a deployment from another one that the same stack may have had; null: the ordinary one of its
 * own. It is part of names, because subnet groups and subnets cannot be changed into those of another network.
 */
export function networkMark(aws: AwsConfig | null): string | null {
  if (aws === null) return null;
  if (aws.network !== null) return aws.network.vpcId.replace(/^vpc-/, '');
  return aws.availabilityZones === null ? null : aws.availabilityZones.join('-');
}

interface NetworkProps {
  /** An existing VPC; null: one of our own. */
  existing: AwsConfig['network'] | null;
  /** Zones of a VPC of our own; null: the first two of the region. */
  zones: string[] | null;
  evidence: IBucket;
  /** Ports of S3-compatible stores other than 443. */
  storePorts: number[];
  /** Hooks may run beside a server inside the restore task. */
  hooksBeside: boolean;
}

/**
 * Three kinds of subnets (docs/decisions/006): `public` for the restore task, which nothing may call but the
 * task of a hook beside the server inside it; `checks`, whose
 * only way out is the free S3 gateway endpoint to the evidence bucket; `sandbox`, with no route at all. No NAT gateway
 * and no interface endpoint, so an idle stack pays nothing for its network.
 */
export class Network extends Construct {
  readonly vpc: ec2.Vpc | ec2.IVpc;
  readonly taskSubnets: ec2.ISubnet[];
  readonly checkSubnets: ec2.ISubnet[];
  readonly sandboxSubnets: ec2.ISubnet[];
  readonly taskGroup: ec2.SecurityGroup;
  readonly checkGroup: ec2.SecurityGroup;
  readonly sandboxGroup: ec2.SecurityGroup;
  /** A task in our public subnets needs an address to reach S3 and ECR without a NAT gateway. */
  readonly assignPublicIp: boolean;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { existing } = props;
    this.assignPublicIp = existing === null;
    if (existing === null) {
      const vpc = this.#ownVpc(props);
      this.vpc = vpc;
      this.taskSubnets = vpc.publicSubnets;
      this.checkSubnets = vpc.selectSubnets({ subnetGroupName: 'checks' }).subnets;
      this.sandboxSubnets = vpc.selectSubnets({ subnetGroupName: 'sandbox' }).subnets;
    } else {
      this.vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
        vpcId: existing.vpcId,
        availabilityZones: existing.availabilityZones,
      });
      const subnets = (kind: string, ids: string[]) =>
        ids.map((subnetId, index) => {
          const subnet = ec2.Subnet.fromSubnetId(this, `${kind}${index + 1}`, subnetId);
          accept(subnet, 'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId', 'Nothing here adds a route.');
          return subnet;
        });
      this.taskSubnets = subnets('Task', existing.taskSubnets);
      this.sandboxSubnets = subnets('Sandbox', existing.sandboxSubnets);
      this.checkSubnets = this.sandboxSubnets;
    }
    const group = (name: string, description: string) =>
      new ec2.SecurityGroup(this, name, { vpc: this.vpc as ec2.IVpc, description, allowAllOutbound: false });
    this.sandboxGroup = group(
      'SandboxGroup',
      'Sandboxes: asked by the restore task and the checks, reach nothing',
    );
    this.taskGroup = group('TaskGroup', 'Restore task: nothing may call it');
    this.checkGroup = group('CheckGroup', 'Checks: nothing may call them');
    for (const asker of [this.taskGroup, this.checkGroup]) {
      this.sandboxGroup.addIngressRule(asker, postgresPort, 'PostgreSQL');
      asker.addEgressRule(this.sandboxGroup, postgresPort, 'PostgreSQL of the sandbox');
    }
    for (const port of new Set([443, ...props.storePorts])) {
      this.taskGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), 'AWS APIs and the store of dumps');
    }
    if (props.hooksBeside) {
      const port = ec2.Port.tcp(tunnelPort);
      this.taskGroup.addIngressRule(this.taskGroup, port, 'Hooks of a server inside the restore task');
      this.taskGroup.addEgressRule(this.taskGroup, port, 'Server inside the restore task, for hooks');
    }
    // The subnets decide where this leads: to the gateway endpoint and nowhere else.
    this.checkGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3 gateway endpoint');
  }

  #ownVpc({ evidence, zones }: NetworkProps): ec2.Vpc {
    // Other zones make another VPC beside the old one: a subnet that moved to another zone would be made while the old one
    // still has its addresses.
    const vpc = new ec2.Vpc(this, zones === null ? 'Vpc' : `Vpc-${zones.join('-')}`, {
      ipAddresses: ec2.IpAddresses.cidr('10.97.0.0/20'),
      availabilityZones: zones ?? [Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())],
      natGateways: 0,
      // The group is unused and lets in only itself; closing it would take a custom resource with a function of its own.
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'checks', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
        { name: 'sandbox', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
    });
    const endpoint = vpc.addGatewayEndpoint('Evidence', {
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [{ subnetGroupName: 'checks' }],
    });
    for (const statement of evidenceEndpointStatements(evidence)) endpoint.addToPolicy(statement);
    // What the restored copy tries to reach shows here, refused; accepted traffic is ours and is not kept.
    const flowLog = vpc.addFlowLog('Refused', {
      trafficType: ec2.FlowLogTrafficType.REJECT,
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        sizedLogGroup(this, 'RefusedTraffic', logs.RetentionDays.ONE_MONTH),
      ),
    });
    for (const named of [vpc, ...vpc.publicSubnets, ...vpc.isolatedSubnets, flowLog])
      Tags.of(named).add('Name', placeOf(named));
    return vpc;
  }
}

/** The path of a construct, e.g. `restore-drill/Network/Vpc`, without the ids that logical ids leave out as well. */
const placeOf = ({ node }: IConstruct): string =>
  node.path
    .split('/')
    .filter((id) => id !== 'Default')
    .join('/');
