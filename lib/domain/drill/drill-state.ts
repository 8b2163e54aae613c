import type { SelectedDump } from '../backup/dump.ts';
import type { DumpCandidate } from '../backup/dump-selection.ts';
import type { ListedBackup } from '../backup/listed-backups.ts';
import type { ChoosableKind } from '../config/choosable-kinds.ts';
import type { Finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { SandboxAddress } from '../sandbox/address.ts';
import type { HookRun, RestoreTaskPlace } from '../sandbox/rds/tasks.ts';
import type { DrillMode, SandboxPlan } from '../sandbox/sandbox-plan.ts';
import type { ApprovalAnswer, DrillPhase, HandOver } from './facts.ts';
import type { Stage } from './stages.ts';

/** Version of the document's shape. A change that earlier documents cannot be filled up for makes it one more. */
export const stateSchemaVersion = 1;

/** What a person or a schedule asked for, after normalising. */
export interface DrillRequest {
  mode: DrillMode;
  operator: string;
  /** Exactly this dump; null: the newest eligible one. */
  key: string | null;
  /** The newest dump not after this moment, and the moment ages are measured from. Null: now. */
  at: string | null;
  /** In this kind of sandbox; absent: as drills.yaml says. */
  sandbox?: ChoosableKind;
  /** Restore job of AWS Backup that is told what came of it; absent: none is. */
  restoreJobId?: string;
}

/** The sandbox as the drill knows it. Set before it is asked for, so that teardown finds it whatever happens. */
export interface DrillSandbox {
  sandboxId: string;
  askedAt: string;
  address: SandboxAddress | null;
  /** Which place of the plan is tried, from 0. */
  placement?: number;
  /** What keeps other sandboxes from their surroundings and not this one, in sentences; absent: nothing. */
  absentWalls?: string[];
}

/** How the removal of the sandbox went. */
export interface Teardown {
  askedAt: string;
  confirmed: boolean;
  /** In words. */
  detail: string;
}

/** A planned check's pointer: the check itself lies in the evidence store. */
interface CheckPointer {
  index: number;
  name: string;
}

/**
 * The document that travels through the state machine. Small (see machine/definition.ts) and free of secrets: input
 * and output of every state are logged.
 */
export interface DrillState {
  /** Documents of versions before the first have none; the door that reads one gives it this (state-schema.ts). */
  schemaVersion: number;
  /** Edition of the definition that executes it (machine-edition.ts); absent: the first. */
  machine?: number;
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
  /** How long the drill had to wait because others ran; absent: it had not. No part of RTO. */
  slotWait?: { since: string; seconds: number };
  /** The dump is read before a sandbox is made; why, in words. No part of RTO: a real restore does not. */
  readFirst?: { since: string; reason: string };
  /** What that said of the dump; absent: it was not read. */
  reading?: ReadingSummary;
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
  teardown: Teardown | null;
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
  /** Changes of the promotion that were refused, by name: they are told, and not asked for again. */
  refusedChanges?: string[];
  handOver: HandOver | null;
  /** What hooks of this attempt came to, as its task or a Catch left it; Judge turns it into checks and drops it. */
  hookOutcomes?: { migrate?: unknown; smokeTest?: unknown };
  /** Why the long checks gave no answer; set by a Catch. */
  longCheckFailure?: { Error: string; Cause: string };
  /** Set by the Catch of a state. */
  failure?: { Error: string; Cause: string };
  teardownProblem?: string;
}

/** What reading a dump without a server came to. */
export interface ReadingSummary {
  /** Read to its announced end, and its digest is that of its checksum file where there is one. */
  whole: boolean;
  startedAt: string;
  seconds: number;
  bytesRead: number;
  rows: number;
  /** Why it is not whole; empty when it is, because the restore finds the rest again. */
  findings: Finding[];
}

/** Hooks that ran beside a server inside the restore task, which started them itself. */
export interface HooksWithin {
  runs: DrillState['hooks'];
  /** What they came to, as `hookOutcomes`. */
  outcomes: { migrate?: unknown; smokeTest?: unknown };
}

/** What the restore task gives back; the account itself lies in the evidence store. */
export interface RestoredSummary {
  complete: boolean;
  startedAt: string;
  seconds: number;
  bytesRead: number;
  rowsLoaded: number;
  /** Of base backups: bytes of WAL that were replayed; null: none were, because the recovery failed. */
  walBytes?: number | null;
  /** Base backups to walk back to that only the task could list, newest first; absent: none. */
  olderBackups?: ListedBackup[];
  /** What the task found beside the dump itself: role passwords that could not be set. */
  findings: Finding[];
  /** Hooks that the machine is to run, with the database that was restored; null: none, or nothing whole, or they ran in the task. */
  hooks: DrillState['hooks'];
  /** The server ran inside the task, and all checks with it; absent: the sandbox lies elsewhere. */
  within?: { serverVersion: string; absentWalls: string[]; hooks?: HooksWithin };
}

/** A drill before anything happened. */
export function newDrillState(facts: {
  drillId: string;
  database: string;
  operator: string;
  startedAt: string;
}): DrillState {
  return {
    schemaVersion: stateSchemaVersion,
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
