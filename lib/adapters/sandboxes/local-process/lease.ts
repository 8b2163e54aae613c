import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';

/** Marks a directory as a sandbox of ours; nothing without it is ever touched. */
export const leaseKind = 'restore-drill sandbox';
const leaseFileName = 'lease.json';

const processSchema = z.object({ pid: z.number().int(), startedAt: z.string().nullable(), host: z.string() });

const leaseSchema = z.object({
  kind: z.literal(leaseKind),
  formatVersion: z.literal(1),
  sandboxId: z.string(),
  drillId: z.string(),
  majorVersion: z.number().int(),
  leaseExpiresAt: z.string(),
  /** The process that runs the drill. */
  owner: processSchema,
  /** Kept for the user (`--keep`): its owner may end, its lease still ends. */
  released: z.boolean(),
  /** Holds the server's socket; may lie outside, because a socket's path is at most 107 bytes long. */
  socketDirectory: z.string(),
  server: processSchema.nullable(),
  /** What keeps other servers from this machine and not this one, in sentences. */
  absentWalls: z.array(z.string()).default([]),
  address: z
    .object({
      sandboxId: z.string(),
      host: z.string(),
      port: z.number().int(),
      masterRole: z.string(),
      serverVersion: z.string(),
    })
    .nullable(),
});

/** Who a sandbox directory belongs to and until when; lies in it as lease.json. */
export type Lease = z.infer<typeof leaseSchema>;

/** Null when the directory is absent, or is not a sandbox of ours. */
export function readLease(sandboxDirectory: string): Lease | null {
  try {
    const lease = leaseSchema.parse(JSON.parse(readFileSync(join(sandboxDirectory, leaseFileName), 'utf8')));
    // A copied or renamed directory is nobody's.
    return lease.sandboxId === basename(sandboxDirectory) ? lease : null;
  } catch {
    return null;
  }
}

/** Replaces the lease in one step, so that a reader or a kill never finds half of it. */
export function writeLease(sandboxDirectory: string, lease: Lease): void {
  const path = join(sandboxDirectory, leaseFileName);
  writeFileSync(`${path}.new`, JSON.stringify(lease, null, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** Every sandbox directory of ours below a parent. */
export function leasedDirectories(parent: string): { directory: string; lease: Lease }[] {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const directory = join(parent, name);
    const lease = readLease(directory);
    return lease === null ? [] : [{ directory, lease }];
  });
}
