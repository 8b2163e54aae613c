import type { FindingCode } from '../domain/findings.ts';
import type { SandboxPlan } from '../domain/sandbox-plan.ts';

/** What is known of a sandbox at one look. `broken` states never become ready. */
export type SandboxLook =
  | { state: 'pending'; detail: string }
  | { state: 'ready'; address: SandboxAddress }
  /** `code` names a more exact finding than SANDBOX_UNAVAILABLE, where there is one; `hint` goes with it. */
  | { state: 'broken'; reason: string; code?: FindingCode; hint?: string }
  | { state: 'gone' }
  /** The user asked for it to outlive the drill; `detail` says until when. */
  | { state: 'kept'; detail: string };

/** Where the sandbox answers. Travels in state: no secret in it. */
export interface SandboxAddress {
  sandboxId: string;
  host: string;
  port: number;
  masterRole: string;
  /** Full version of the server, e.g. `15.18`. */
  serverVersion: string;
}

/** A leftover that outlived its lease. */
export interface Leftover {
  what: string;
  drillId: string;
  leaseExpiresAt: string;
}

/** Makes and removes throwaway PostgreSQL servers. Adapters: a process on this machine, an RDS instance. */
export interface SandboxHost {
  /** The id a drill's sandbox has or will have: known before it is asked for, so that teardown always finds it. */
  sandboxIdFor(drillId: string): string;
  /** Starts making it; idempotent per drill: adopts its own, refuses anything else. */
  provision(plan: SandboxPlan): Promise<{ sandboxId: string }>;
  look(sandboxId: string): Promise<SandboxLook>;
  /** Starts removing it; succeeds when it is already gone. */
  remove(sandboxId: string): Promise<void>;
  /** Removes everything of ours whose lease has expired and whose drill no longer runs. */
  sweep(options: { dryRun: boolean }): Promise<{ removed: Leftover[]; kept: Leftover[] }>;
}
