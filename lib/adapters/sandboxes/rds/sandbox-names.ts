import { createHash } from 'node:crypto';
import { resourcePrefix } from '../../../contract/names.ts';

/** Longest identifier of an RDS instance (docs/facts.md#names-of-instances). */
const longestIdentifier = 63;
const hashLength = 10;
/** Places that are tried at most: each is an instance name that teardown and every look must ask about. */
export const maxPlacements = 4;
const placementSuffix = /-p([2-9])$/;
const minted = new RegExp(`^${resourcePrefix}([a-z0-9]+-)*[0-9a-f]{${hashLength}}(-p[2-${maxPlacements}])?$`);

/**
 * The sandbox id of a drill: the identifier of its first instance. Lowercase letters, digits and single hyphens, at
 * most 63 characters with a placement's suffix. The hash tells drills apart whose ids look alike, and two stacks in
 * one account whose executions have the same name.
 */
export function sandboxIdFor(stackName: string, drillId: string): string {
  const hash = createHash('sha256').update(`${stackName}\n${drillId}`).digest('hex').slice(0, hashLength);
  const room = longestIdentifier - resourcePrefix.length - hashLength - '-'.length - '-p2'.length;
  const words = drillId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, room)
    .replace(/-$/, '');
  return words === '' ? `${resourcePrefix}${hash}` : `${resourcePrefix}${words}-${hash}`;
}

/** True when the name has the form of one that `sandboxIdFor` made, with or without a placement's suffix. */
export const isMinted = (identifier: string): boolean =>
  identifier.length <= longestIdentifier && minted.test(identifier);

/** Identifier of the instance at a place of the plan, counted from 0. */
export const instanceNameAt = (sandboxId: string, placement: number): string =>
  placement === 0 ? sandboxId : `${sandboxId}-p${placement + 1}`;

/** Every identifier that a drill's instances may have, newest placement first. */
export const instanceNamesOf = (sandboxId: string): string[] =>
  Array.from({ length: maxPlacements }, (_, index) => instanceNameAt(sandboxId, maxPlacements - 1 - index));

/** The sandbox that an instance belongs to, by its name. */
export const sandboxIdOf = (identifier: string): string => identifier.replace(placementSuffix, '');
