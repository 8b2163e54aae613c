import {
  paginateDescribeDBSubnetGroups,
  paginateDescribeOrderableDBInstanceOptions,
  type RDSClient,
} from '@aws-sdk/client-rds';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { RdsPlacement } from '../../../domain/sandbox/rds/rds-plan.ts';
import { awsWords } from '../../aws/rds-errors.ts';
import { maxPlacements } from './sandbox-names.ts';

/** Classes that are tried in turn: shortage is of a family and size in a zone, seldom of all. */
const wantedClasses = 3;
/** Zones in which the wanted class is tried before another is. */
const zonesOfWanted = 2;

/**
 * Places to try in turn: the first classes that RDS offers for this version with gp3, encryption and IAM login, in the
 * zones that both they and the sandbox subnets have.
 */
export async function placementsFor(
  client: RDSClient,
  facts: { engineVersion: string; instanceClasses: string[]; subnetGroup: string },
): Promise<RdsPlacement[]> {
  const subnetZones = await zonesOfSubnetGroup(client, facts.subnetGroup);
  const offered: { instanceClass: string; zones: (string | null)[] }[] = [];
  for (const instanceClass of facts.instanceClasses) {
    const zones = await zonesOffering(client, facts.engineVersion, instanceClass);
    if (zones === null) continue;
    const usable = subnetZones.length === 0 ? [] : zones.filter((zone) => subnetZones.includes(zone));
    // Where one of the two does not say its zones, RDS chooses.
    if (zones.length === 0 || subnetZones.length === 0) offered.push({ instanceClass, zones: [null] });
    else if (usable.length > 0) offered.push({ instanceClass, zones: usable });
    if (offered.length === wantedClasses) break;
  }
  return inTurn(offered).slice(0, maxPlacements);
}

/** The wanted class in two zones, then one zone of each other class, then what is left of zones, by class. */
function inTurn(offered: { instanceClass: string; zones: (string | null)[] }[]): RdsPlacement[] {
  const places = offered.map(({ instanceClass, zones }) =>
    zones.map((availabilityZone) => ({ instanceClass, availabilityZone })),
  );
  const firstOnes = places.map((all, index) => all.splice(0, index === 0 ? zonesOfWanted : 1));
  return [...firstOnes, ...places].flat();
}

/** Zones where a class can be ordered as we need it; null: nowhere. */
export async function zonesOffering(
  client: RDSClient,
  engineVersion: string,
  instanceClass: string,
): Promise<string[] | null> {
  const request = {
    Engine: 'postgres',
    EngineVersion: engineVersion,
    DBInstanceClass: instanceClass,
    Vpc: true,
  };
  let orderable = false;
  const zones = new Set<string>();
  for await (const page of paginateDescribeOrderableDBInstanceOptions({ client }, request)) {
    for (const option of page.OrderableDBInstanceOptions ?? []) {
      const fits =
        option.DBInstanceClass === instanceClass &&
        option.StorageType === 'gp3' &&
        option.SupportsStorageEncryption !== false &&
        option.SupportsIAMDatabaseAuthentication !== false;
      if (!fits) continue;
      orderable = true;
      for (const { Name } of option.AvailabilityZones ?? []) if (Name !== undefined) zones.add(Name);
    }
  }
  return orderable ? [...zones].sort() : null;
}

/** Zones of the subnets of a group. @throws DrillError SANDBOX_UNAVAILABLE when the group cannot be read */
export async function zonesOfSubnetGroup(client: RDSClient, name: string): Promise<string[]> {
  const zones = new Set<string>();
  try {
    for await (const page of paginateDescribeDBSubnetGroups({ client }, { DBSubnetGroupName: name })) {
      for (const group of page.DBSubnetGroups ?? []) {
        if (group.DBSubnetGroupName?.toLowerCase() !== name.toLowerCase()) continue;
        for (const { SubnetAvailabilityZone, SubnetStatus = 'Active' } of group.Subnets ?? []) {
          if (SubnetStatus === 'Active' && SubnetAvailabilityZone?.Name !== undefined)
            zones.add(SubnetAvailabilityZone.Name);
        }
      }
    }
  } catch (error) {
    throw new DrillError(
      'SANDBOX_UNAVAILABLE',
      `the subnet group ${name} cannot be read: ${awsWords(error)}`,
      {
        hint: 'Deploy the stack again: it makes the subnets of sandboxes.',
        cause: error,
      },
    );
  }
  return [...zones];
}
