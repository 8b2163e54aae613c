import type { ProductionConfig } from '../config/index.ts';
import type { DrillMode } from '../record/drill-record.ts';

/** What the sandbox shall be, decided before anything is made. */
export interface SandboxPlan {
  drillId: string;
  database: string;
  /** Major version of the server to make. */
  majorVersion: number;
  /** Disk the restored data may need, from the dump's size and layout. */
  storageBytes: number;
  /** The sandbox is removed by sweepers after this moment, ISO 8601. */
  leaseExpiresAt: string;
  /** Size of the dump, for the estimate of time and cost. */
  dumpBytes: number;
  mode: DrillMode;
  /** What RDS shall make; absent on one machine. */
  rds?: RdsPlan;
}

/** Where an instance may be placed; the next one is tried when there is no capacity. */
export interface RdsPlacement {
  instanceClass: string;
  /** Null: RDS chooses. */
  availabilityZone: string | null;
}

/** An RDS instance to be, with everything that creation needs and nothing secret. */
export interface RdsPlan {
  /** e.g. `15.17`: resolved at run time, because minors are withdrawn. */
  engineVersion: string;
  placements: RdsPlacement[];
  /** gp3. From 400 GiB on it has four times the throughput (docs/facts.md#gp3). */
  storageGib: number;
  parameterGroup: string;
  /** Of a real restore: what the kept instance shall be. Null: a throwaway sandbox. */
  production: ProductionConfig | null;
  estimatedCostUsd: number;
}

/** Majors a sandbox can be made of: those PostgreSQL supports and both RDS and the local servers offer. */
export const supportedMajors = [14, 15, 16, 17, 18] as const;

/**
 * The server major for a dump. A dump older than the oldest major goes into the oldest (restoring upwards is
 * supported by PostgreSQL); one newer than the newest cannot be proven here. Null version: the newest.
 */
export function majorFor(
  dumpMajor: number | null,
  configuredMajor: number | null,
): { major: number } | { unsupported: number } {
  const wanted = configuredMajor ?? dumpMajor ?? supportedMajors[supportedMajors.length - 1]!;
  const newest = supportedMajors[supportedMajors.length - 1]!;
  if (wanted > newest) return { unsupported: wanted };
  return { major: Math.max(wanted, supportedMajors[0]) };
}

/** How many times larger restored data may be than the stored dump, by how the dump is packed. */
const growthFactor = { compressed: 12, plain: 3 };
/** An empty cluster with its WAL. */
const emptyClusterBytes = 200 * 1024 * 1024;

/**
 * Disk to ask for: dumps a seventieth of their database are known (docs/facts.md#growth-of-a-dump), but such ratios
 * are rare; twelve times a compressed dump and three times a plain one, plus an empty cluster.
 */
export function storageBytesFor(dump: { sizeBytes: number; compressed: boolean }): number {
  const factor = dump.compressed ? growthFactor.compressed : growthFactor.plain;
  return emptyClusterBytes + dump.sizeBytes * factor;
}
