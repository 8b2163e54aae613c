import { type CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { RDSClient } from '@aws-sdk/client-rds';
import { newestEngineVersion } from '../../adapters/sandboxes/rds/engine-version.ts';
import { zonesOffering, zonesOfSubnetGroup } from '../../adapters/sandboxes/rds/placements.ts';
import type { DatabaseConfig } from '../../domain/config/index.ts';
import { sizeInstance } from '../../domain/sandbox/rds/instance-sizing.ts';
import { supportedMajors } from '../../domain/sandbox/sandbox-plan.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import type { DeployedStack } from '../remote/stack.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/**
 * Whether the instance classes that drills and real restores would ask for are offered in the zones that the stack's
 * subnets stand in. What a class has left there, only asking for it shows.
 */
export async function diagnoseZones(
  databases: Record<string, DatabaseConfig>,
  account: Account,
): Promise<Diagnosis[]> {
  const { clients, stack } = account;
  return diagnose(
    'instance classes',
    async () => {
      const rds = await clients.rds();
      const group = await subnetGroupOf(await clients.cloudFormation(), stack);
      if (group === null)
        return problem('instance classes', 'the stack has no subnet group; deploy it again');
      const zones = await zonesOfSubnetGroup(rds, group);
      const version = await newestVersion(rds);
      if (version === null) return problem('instance classes', `RDS offers no PostgreSQL in ${stack.region}`);
      const looks = [...wantedClasses(databases, stack.region)].map(async ([wanted, standby]) => {
        const offered = await zonesOffering(rds, version, wanted);
        return judge(wanted, zones, offered, standby);
      });
      return Promise.all(looks);
    },
    (error) => accountError(error, clients.failed),
  );
}

/** Class → whether it is wanted in two zones. The class of a sandbox is that of a small dump where none is set. */
function wantedClasses(databases: Record<string, DatabaseConfig>, region: string): Map<string, boolean> {
  const wanted = new Map<string, boolean>();
  for (const { sandbox, production } of Object.values(databases)) {
    const { instanceClass } = sandbox;
    const sized = sizeInstance({ storageBytes: 0, region, instanceClass, storageGib: null });
    const sandboxClass = sized.instanceClasses[0]!;
    wanted.set(sandboxClass, wanted.get(sandboxClass) ?? false);
    if (production.instanceClass !== null)
      wanted.set(
        production.instanceClass,
        production.multiAz || (wanted.get(production.instanceClass) ?? false),
      );
  }
  return wanted;
}

function judge(
  instanceClass: string,
  zones: readonly string[],
  offered: readonly string[] | null,
  standby: boolean,
): Diagnosis {
  const what = `class ${instanceClass}`;
  const usable = zones.filter((zone) => offered?.includes(zone) === true);
  const lacking = zones.filter((zone) => !usable.includes(zone));
  const elsewhere =
    'set aws.availabilityZones (or aws.network) to zones that offer it, or another instanceClass';
  if (offered === null || (usable.length === 0 && offered.length > 0)) {
    const others = offered === null ? '' : `; it is offered in ${offered.join(', ')}`;
    return problem(what, `not offered in ${zones.join(', ')}${others}; ${elsewhere}`);
  }
  if (standby && usable.length === 1)
    return problem(what, `only offered in ${usable.join()}, and a standby needs another zone; ${elsewhere}`);
  const detail = `offered in ${usable.length === 0 ? 'zones that RDS does not name' : usable.join(', ')}`;
  return ok(
    what,
    lacking.length === 0 || usable.length === 0 ? detail : `${detail}, not in ${lacking.join(', ')}`,
  );
}

async function newestVersion(rds: RDSClient): Promise<string | null> {
  for (const major of supportedMajors.toReversed()) {
    const version = await newestEngineVersion(rds, major);
    if (version !== null) return version;
  }
  return null;
}

/** The user may have groups of their own in the stack. */
async function subnetGroupOf(
  client: CloudFormationClient,
  { name, baseName }: DeployedStack,
): Promise<string | null> {
  for await (const { StackResourceSummaries } of paginateListStackResources({ client }, { StackName: name }))
    for (const { ResourceType, PhysicalResourceId } of StackResourceSummaries ?? [])
      if (
        ResourceType === 'AWS::RDS::DBSubnetGroup' &&
        PhysicalResourceId?.startsWith(`${baseName}-sandbox`) === true
      )
        return PhysicalResourceId;
  return null;
}
