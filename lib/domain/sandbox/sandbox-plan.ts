import type { RdsPlan } from './rds/rds-plan.ts';
import type { TaskDisk } from './rds/task-disk.ts';

/** What a sandbox is made for: to be thrown away, or to be kept. */
export type DrillMode = 'drill' | 'restore';

/** What a sandbox must be for a drill, whatever its kind; known before its host is asked. */
export interface SandboxDemand {
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
  /**
   * Absent: a server that answers. A base backup is recovered in an empty data directory, before its server runs; for a
   * sandbox that gives none, that of a server inside the restore task, and is then carried into the sandbox.
   */
  needs?: 'data directory' | 'directory and server';
  /** Disk of the server inside the task from which the sandbox is filled; absent: there is none. */
  taskDisk?: TaskDisk;
}

/** A managed instance in the user's account. */
export interface RdsSandboxPlan extends SandboxDemand {
  kind: 'rds';
  rds: RdsPlan;
}

/** A server inside the restore task, which ends with it. */
export interface TaskSandboxPlan extends SandboxDemand {
  kind: 'task';
  task: TaskDisk & { estimatedCostUsd: number };
}

/** A server process of this machine: its host adds nothing to what is demanded. */
export interface LocalProcessPlan extends SandboxDemand {
  kind: 'local-process';
}

/** What the sandbox shall be, decided before anything is made: the demand, and what the host of its kind adds. */
export type SandboxPlan = RdsSandboxPlan | TaskSandboxPlan | LocalProcessPlan;

export type SandboxKind = SandboxPlan['kind'];

/** How many places the plan has in which the sandbox may be made, tried in turn while there is no capacity. */
export const placesOf = (plan: SandboxPlan): number => (plan.kind === 'rds' ? plan.rds.placements.length : 1);

/** What was decided of the managed instance; null: the sandbox is none. */
export const rdsPlanOf = (plan: SandboxPlan | null): RdsPlan | null =>
  plan?.kind === 'rds' ? plan.rds : null;

/** Majors a sandbox can be made of: those PostgreSQL supports and every kind of sandbox offers. */
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

/** The server major for a base backup: its own and no other. Where it does not say, what drills.yaml says. */
export function sameMajor(
  backupMajor: number | null,
  configuredMajor: number | null,
): { major: number } | { unsupported: number } {
  const major = backupMajor ?? configuredMajor ?? supportedMajors[supportedMajors.length - 1]!;
  return supportedMajors.some((supported) => supported === major) ? { major } : { unsupported: major };
}
