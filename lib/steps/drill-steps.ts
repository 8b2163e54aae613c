import { parseDrillState } from '../domain/drill/state-schema.ts';
import type { LambdaStep } from '../machine/definition.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { askApprovalStep } from './ask-approval.ts';
import { handOverStep } from './hand-over.ts';
import { judgeStep } from './judge.ts';
import { lookAtSandboxStep } from './look-at-sandbox.ts';
import { type ExecutionStart, normaliseRequestStep } from './normalise-request.ts';
import { planChecksStep } from './plan-checks.ts';
import { planSandboxStep } from './plan-sandbox.ts';
import { prepareHandOverStep } from './prepare-hand-over.ts';
import { prepareRestoreStep } from './prepare-restore.ts';
import { lookAtPromotionStep, promoteStep } from './promote.ts';
import { provisionSandboxStep } from './provision-sandbox.ts';
import { restoreOnVolumeStep } from './restore-on-volume.ts';
import { runCheckStep } from './run-check.ts';
import { sealRecordStep } from './seal-record.ts';
import { selectDumpStep } from './select-dump.ts';
import type { AnyStep } from './step-definition.ts';
import { confirmGoneStep, tearDownSandboxStep } from './tear-down-sandbox.ts';
import { thawDumpStep } from './thaw-dump.ts';
import { tryOlderDumpStep } from './try-older-dump.ts';

/** Every step that takes the state of a drill and gives back the next one. */
export const stateSteps = {
  selectDump: selectDumpStep,
  thawDump: thawDumpStep,
  planSandbox: planSandboxStep,
  provisionSandbox: provisionSandboxStep,
  lookAtSandbox: lookAtSandboxStep,
  prepareRestore: prepareRestoreStep,
  planChecks: planChecksStep,
  judge: judgeStep,
  tryOlderDump: tryOlderDumpStep,
  prepareHandOver: prepareHandOverStep,
  promote: promoteStep,
  lookAtPromotion: lookAtPromotionStep,
  handOver: handOverStep,
  tearDownSandbox: tearDownSandboxStep,
  confirmGone: confirmGoneStep,
  sealRecord: sealRecordStep,
} satisfies Partial<Record<LambdaStep, AnyStep>>;

type Handler = (payload: unknown) => Promise<unknown>;

/**
 * Every Lambda of the machine as a function of its payload. A deployed Lambda imports its own step only; a door that
 * runs the whole machine in one process takes them all from here.
 */
export function drillSteps(ports: DrillPorts, operator: string): Record<LambdaStep, Handler> {
  const fromState = Object.fromEntries(
    Object.entries(stateSteps).map(([name, step]): [string, Handler] => [
      name,
      async (payload) => step(parseDrillState(payload), ports),
    ]),
  ) as Record<keyof typeof stateSteps, Handler>;
  return {
    ...fromState,
    normaliseRequest: (payload) => normaliseRequestStep({ ...(payload as ExecutionStart), operator }, ports),
    runCheck: (payload) => runCheckStep(payload, ports),
    restoreOnVolume: (payload) => restoreOnVolumeStep(payload, ports),
    askApproval: (payload) => askApprovalStep(payload, ports),
  };
}
