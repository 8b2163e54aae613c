import * as z from 'zod';
import type { SelectedDump } from '../backup/dump.ts';
import type { DumpCandidate } from '../backup/dump-selection.ts';
import type { Finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { DrillMode, DrillPhase } from '../record/drill-record.ts';
import type { SandboxPlan } from '../sandbox/sandbox-plan.ts';

/**
 * Where a drill stands; Choice states of the machine read it. Plain words, because on-call reads them in the console.
 */
export type Stage =
  | 'accepted'
  | 'refused'
  | 'dump selected'
  | 'no dump'
  | 'dump thawing'
  | 'dump readable'
  | 'sandbox planned'
  | 'sandbox at hand'
  | 'plan impossible'
  | 'sandbox pending'
  | 'sandbox ready'
  | 'sandbox broken'
  | 'sandbox without capacity'
  | 'restore prepared'
  | 'checks planned'
  | 'judged'
  | 'try older dump'
  | 'awaiting approval'
  | 'approved'
  | 'declined'
  | 'ready to promote'
  | 'promotion pending'
  | 'promoted'
  | 'promotion incomplete'
  | 'handed over'
  | 'sandbox leaving'
  | 'sandbox gone'
  | 'sealed';

/** What a person or a schedule asked for, after normalising. */
export interface DrillRequest {
  mode: DrillMode;
  operator: string;
  /** Exactly this dump; null: the newest eligible one. */
  key: string | null;
  /** The newest dump not after this moment, and the moment ages are measured from. Null: now. */
  at: string | null;
}

/** The sandbox as the drill knows it. Set before it is asked for, so that teardown finds it whatever happens. */
export interface DrillSandbox {
  sandboxId: string;
  askedAt: string;
  address: {
    sandboxId: string;
    host: string;
    port: number;
    masterRole: string;
    serverVersion: string;
    secretArn?: string;
  } | null;
  /** Which place of the plan is tried, from 0. */
  placement?: number;
}

/** A container of the user's that is to run, or ran, against the sandbox. */
export interface HookRun {
  taskDefinition: string;
  /** Environment that the machine passes to both containers, as ECS takes it. No secret. */
  environment: { Name: string; Value: string }[];
  timeoutSeconds: number;
}

/** What a person answered to "Await approval". Nobody in time counts as declined. */
export interface ApprovalAnswer {
  decision: 'approved' | 'declined';
  /** Who: an IAM principal, or `link` for the signed link of the notification. */
  by: string;
}

/** Where the restored database lives from now on, and what is left for the operator. */
export interface HandOver {
  sandboxId: string;
  endpoint: string;
  port: number;
  masterRole: string;
  secretArn: string | null;
  /** False when something of the promotion did not come off; `remaining` says what. */
  complete: boolean;
  /** Plain sentences: what remains for the operator. */
  remaining: string[];
}

/** A planned check's pointer: the check itself lies in the evidence store. */
export interface CheckPointer {
  index: number;
  name: string;
}

/**
 * The document that travels through the state machine. Small (see machine/definition.ts) and free of secrets: input
 * and output of every state are logged.
 */
export interface DrillState {
  drillId: string;
  database: string;
  stage: Stage;
  request: DrillRequest;
  /** The go decision: RTO starts here. ISO 8601. */
  startedAt: string;
  /** Attempt in hand, from 1; a walk-back adds one. */
  attempt: number;
  dump: SelectedDump | null;
  /** Where the dump lies, for the record. */
  dumpLocation: string;
  /** Seconds between this dump and the next older one by their names; null when there is no older one. */
  dumpIntervalSeconds: number | null;
  /** Older candidates, newest first, bounded by `walkBack`. */
  olderDumps: DumpCandidate[];
  plan: SandboxPlan | null;
  sandbox: DrillSandbox | null;
  restoreTask: RestoreTaskPlace | null;
  restored: RestoredSummary | null;
  checks: CheckPointer[];
  /** Findings made outside the restore and the checks, of the attempt in hand. */
  findings: Finding[];
  /** What is already known not to be tested, as plain sentences. */
  notTested: string[];
  /** Findings about the whole drill rather than one dump. */
  drillFindings: Finding[];
  phases: DrillPhase[];
  verdict: Verdict | null;
  /** One sentence for the console; the Cause of a failed execution. */
  summary: string;
  teardown: { askedAt: string; confirmed: boolean; detail: string } | null;
  /** Checks that may outlast a Lambda: they run in the restore task, before the Map. */
  longChecks: CheckPointer[];
  /** Hooks planned for this attempt, without the name of their database; null: none. */
  hooks: { migrate: HookRun | null; smokeTest: HookRun | null };
  /** Real restore: the answer of a person, when one was asked. */
  approval: ApprovalAnswer | null;
  /** How long "Await approval" waits, in seconds. */
  approvalTimeoutSeconds: number;
  /** When the promotion was asked for, ISO 8601; null: it was not. */
  promotionAskedAt: string | null;
  handOver: HandOver | null;
  /** What hooks of this attempt came to, as ECS or a Catch left it; Judge turns it into checks and drops it. */
  hookOutcomes?: { migrate?: unknown; smokeTest?: unknown };
  /** Why the long checks gave no answer; set by a Catch. */
  longCheckFailure?: { Error: string; Cause: string };
  /** Set by the Catch of a state. */
  failure?: { Error: string; Cause: string };
  teardownProblem?: string;
}

/** Where the restore task runs; made by "Prepare restore". Local runs fill it with nothing. */
export interface RestoreTaskPlace {
  taskDefinition: string;
  subnets: string[];
  securityGroups: string[];
  assignPublicIp: 'ENABLED' | 'DISABLED';
  /** Size of the task, for its price; absent on one machine. */
  vcpu?: number;
  memoryGib?: number;
}

/** What the restore task gives back; the account itself lies in the evidence store. */
export interface RestoredSummary {
  complete: boolean;
  startedAt: string;
  seconds: number;
  bytesRead: number;
  rowsLoaded: number;
  /** What the task found beside the dump itself: role passwords that could not be set. */
  findings: Finding[];
  /** The planned hooks with the database that was restored; null: none, or there is nothing whole to run them on. */
  hooks: DrillState['hooks'];
}

/**
 * Guards a door: what comes in must at least be a drill's state. The full shape is ours on both sides and is checked
 * by the compiler; this catches a foreign or truncated document.
 */
export const drillStateGate = z.looseObject({
  drillId: z.string().min(1),
  database: z.string().min(1),
  stage: z.string(),
  attempt: z.number().int().min(1),
  startedAt: z.string(),
});

/** @throws ZodError when the document is not a drill's state */
export function parseDrillState(document: unknown): DrillState {
  return drillStateGate.parse(document) as unknown as DrillState;
}

/** A drill before anything happened. */
export function newDrillState(facts: {
  drillId: string;
  database: string;
  operator: string;
  startedAt: string;
}): DrillState {
  return {
    drillId: facts.drillId,
    database: facts.database,
    stage: 'refused',
    request: { mode: 'drill', operator: facts.operator, key: null, at: null },
    startedAt: new Date(facts.startedAt).toISOString(),
    attempt: 1,
    dump: null,
    dumpLocation: '',
    dumpIntervalSeconds: null,
    olderDumps: [],
    plan: null,
    sandbox: null,
    restoreTask: null,
    restored: null,
    checks: [],
    findings: [],
    notTested: [],
    drillFindings: [],
    phases: [],
    verdict: null,
    summary: '',
    teardown: null,
    longChecks: [],
    hooks: { migrate: null, smokeTest: null },
    approval: null,
    approvalTimeoutSeconds: 12 * 3600,
    promotionAskedAt: null,
    handOver: null,
  };
}
