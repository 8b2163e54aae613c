import type { Finding, FindingCode } from '../domain/findings/findings.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { SandboxDemand, SandboxKind, SandboxPlan } from '../domain/sandbox/sandbox-plan.ts';

/** What is known of a sandbox at one look. `broken` states never become ready. */
export type SandboxLook =
  | { state: 'pending'; detail: string }
  /** `absentWalls`: what keeps other servers from their surroundings and not this one, in sentences. */
  | { state: 'ready'; address: SandboxAddress; absentWalls?: string[] }
  /** `code` names a more exact finding than SANDBOX_UNAVAILABLE, where there is one; `hint` goes with it. */
  | { state: 'broken'; reason: string; code?: FindingCode; hint?: string }
  /** No capacity here; another zone or class may have it: `provision` again with the next placement. */
  | { state: 'no capacity'; reason: string }
  | { state: 'gone' }
  /** The user asked for it to outlive the drill; `detail` says until when. */
  | { state: 'kept'; detail: string };

/** What is known before anything is made. `plan` is the demand with what the host decided. */
export type Preflight =
  | { possible: true; plan: SandboxPlan; findings: Finding[] }
  | { possible: false; findings: Finding[] };

/** A change of the promotion that was refused for good: waiting does not help. */
export interface RefusedChange {
  /** e.g. `the standby`. */
  change: string;
  /** Why, in words. */
  problem: string;
}

/** A restored database on its way from sandbox to production. */
export type PromotionLook =
  | { state: 'pending'; detail: string; refused: RefusedChange[] }
  | { state: 'done'; address: SandboxAddress; detail: string; refused: RefusedChange[] }
  | { state: 'failed'; reason: string };

/** Turns the sandbox of a real restore into an instance that is kept. AWS only: a local sandbox has no future. */
export interface Promotion {
  /**
   * Only keeps it: removes the lease – from then on nothing of ours ever deletes it –, marks it and protects it. For
   * whoever finds an approved restore whose drill ended early. Idempotent. @throws DrillError PROMOTION_FAILED when
   * there is no instance of this drill
   */
  keep(sandboxId: string, drillId: string): Promise<RefusedChange[]>;
  /**
   * Keeps it, then asks for what could not be set at creation, each in a call of its own. Idempotent.
   * @throws DrillError PROMOTION_FAILED when there is no instance of this drill
   */
  promote(sandboxId: string, plan: SandboxPlan): Promise<RefusedChange[]>;
  /**
   * Asks again for what is missing, but for changes that are `given` up as refused before. `done` when everything else
   * that the plan promises is there.
   */
  look(sandboxId: string, plan: SandboxPlan, given: readonly string[]): Promise<PromotionLook>;
}

/** A leftover that outlived its lease. */
export interface Leftover {
  what: string;
  drillId: string;
  leaseExpiresAt: string;
}

/** Makes and removes throwaway PostgreSQL servers. Adapters: a process on this machine, an RDS instance. */
export interface SandboxHost {
  /**
   * The id a drill's sandbox has or will have: known before it is asked for, so that teardown always finds it.
   * @param kind default: the first of `kinds`
   */
  sandboxIdFor(drillId: string, kind?: SandboxKind): string;
  /** What it makes; with the kind of the backup it decides how is recovered (domain/sandbox/methods.ts). */
  readonly kinds: readonly [SandboxKind, ...SandboxKind[]];
  /**
   * Makes a plan with what only the host knows – of RDS: engine version, class, quotas, cost. Makes nothing else.
   * @param kind one of `kinds`; default: the first
   */
  preflight(demand: SandboxDemand, kind?: SandboxKind): Promise<Preflight>;
  /**
   * Starts making it; idempotent per drill: adopts its own, refuses anything else. `placement` counts from 0 the
   * places of the plan; one that had no capacity is removed first.
   * @returns with `address` when nobody need wait for it
   */
  provision(plan: SandboxPlan, placement?: number): Promise<{ sandboxId: string; address?: SandboxAddress }>;
  look(sandboxId: string): Promise<SandboxLook>;
  /** Starts removing it; succeeds when it is already gone. */
  remove(sandboxId: string): Promise<void>;
  /** Removes everything of ours whose lease has expired and whose drill no longer runs. */
  sweep(options: { dryRun: boolean }): Promise<{ removed: Leftover[]; kept: Leftover[] }>;
  promotion?: Promotion;
}
