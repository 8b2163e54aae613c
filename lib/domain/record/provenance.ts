/**
 * What vouches for a name: the operating system that a process runs under; nothing but the request that it stands in
 * (an execution is not told who started it, CloudTrail is); the principal that STS named to the command line which gave
 * the answer; the link of the notification, which whoever answered had; or drills.yaml, which asks nobody.
 */
export const principalBases = [
  'operating system',
  'the request',
  'caller identity',
  'signed link',
  'configuration',
] as const;

type PrincipalBasis = (typeof principalBases)[number];

/** Who did something, and what vouches for the name. */
export interface Principal {
  name: string;
  basis: PrincipalBasis;
}

/** Where the record was sealed. `execution` has the drill's id as its name; CloudTrail knows who started it. */
export type RecordPlace =
  | { kind: 'host'; host: string }
  | { kind: 'aws'; account: string; region: string; function: string; execution: string };

/** What a drill was asked: the configuration of its database as it was resolved. Secrets are references. */
export interface RecordedConfiguration {
  /** JSON. */
  text: string;
  /** Of the text, hexadecimal. */
  sha256: string;
}

/** The record before, of the same database, in the order of sealing. */
export interface RecordLink {
  drillId: string;
  /** Of its record.json, hexadecimal. */
  sha256: string;
}

/** What stands where a person answers: nobody did, or drills.yaml waives the answer. */
export const nobodyInTime = 'nobody in time';
export const approvalWaived = 'drills.yaml (approval: waived)';

/** Who answered for a real restore; what vouches for the name follows from the way the answer came. Null: nobody. */
export function approverOf(by: string): Principal | null {
  if (by === nobodyInTime) return null;
  if (by === 'link') return { name: by, basis: 'signed link' };
  return { name: by, basis: by === approvalWaived ? 'configuration' : 'caller identity' };
}
