import { handedOverTag, tagKeys } from '../../../contract/names.ts';
import { isMinted, sandboxIdFor, sandboxIdOf } from './sandbox-names.ts';

export interface Tagged {
  name: string;
  tags: readonly { Key?: string | undefined; Value?: string | undefined }[];
}

/** Whose a resource is, read from its own tags. Only `leased` may ever be deleted. */
export type Ownership =
  | { state: 'leased'; drillId: string; leaseExpiresAt: string }
  /** Ours once, without a lease: promotion has begun, or somebody means to keep it. */
  | { state: 'released'; drillId: string; handedOver: boolean }
  | { state: 'foreign'; reason: string };

/**
 * Judges a resource by its tags: all of them must be there, of this stack, and – for an instance – its name must be the
 * one that its drill's id gives. So a copied tag or a copied name alone makes nothing ours.
 */
export function ownershipOf(resource: Tagged, stackName: string, kind: 'instance' | 'other'): Ownership {
  const tags = new Map(resource.tags.map(({ Key, Value }) => [Key, Value]));
  const foreign = (reason: string): Ownership => ({ state: 'foreign', reason });
  const stack = tags.get(tagKeys.stack);
  if (stack === undefined) return foreign(`it has no tag ${tagKeys.stack}`);
  if (stack !== stackName) return foreign(`it belongs to the stack ${stack}`);
  const drillId = tags.get(tagKeys.drill);
  if (drillId === undefined || drillId === '') return foreign(`it has no tag ${tagKeys.drill}`);
  if (kind === 'instance' && !isNameOf(resource.name, stackName, drillId))
    return foreign(`its name is not the one of drill ${drillId}`);
  if (tags.has(handedOverTag)) return { state: 'released', drillId, handedOver: true };
  const leaseExpiresAt = tags.get(tagKeys.lease);
  if (leaseExpiresAt === undefined) return { state: 'released', drillId, handedOver: false };
  if (Number.isNaN(Date.parse(leaseExpiresAt))) return foreign(`its lease is no moment in time`);
  return { state: 'leased', drillId, leaseExpiresAt };
}

function isNameOf(name: string, stackName: string, drillId: string): boolean {
  return isMinted(name) && sandboxIdOf(name) === sandboxIdFor(stackName, drillId);
}

/** The three tags of everything that a drill makes. */
export function leaseTags(stackName: string, drillId: string, leaseExpiresAt: string) {
  return [
    { Key: tagKeys.stack, Value: stackName },
    { Key: tagKeys.drill, Value: drillId },
    { Key: tagKeys.lease, Value: leaseExpiresAt },
  ];
}
