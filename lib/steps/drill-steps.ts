import { parseDrillState } from '../domain/drill/drill-state.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
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
import { runCheckStep } from './run-check.ts';
import { sealRecordStep } from './seal-record.ts';
import { selectDumpStep } from './select-dump.ts';
import { confirmGoneStep, tearDownSandboxStep } from './tear-down-sandbox.ts';
import { thawDumpStep } from './thaw-dump.ts';
import { timed } from './timed.ts';
import { tryOlderDumpStep } from './try-older-dump.ts';

/**
 * Every Lambda of the machine as a function of its payload. A deployed Lambda imports its own step only; a door that
 * runs the whole machine in one process takes them all from here.
 */
export function drillSteps(
  ports: DrillPorts,
  operator: string,
): Record<LambdaStep, (payload: unknown) => Promise<unknown>> {
  const on =
    (step: (state: ReturnType<typeof parseDrillState>, ports: DrillPorts) => Promise<unknown>) =>
    async (payload: unknown) =>
      step(parseDrillState(payload), ports);
  return {
    normaliseRequest: (payload) => normaliseRequestStep({ ...(payload as ExecutionStart), operator }, ports),
    selectDump: on(timed(phaseNames.select, selectDumpStep)),
    thawDump: on(timed(phaseNames.select, thawDumpStep)),
    planSandbox: on(timed(phaseNames.plan, planSandboxStep)),
    provisionSandbox: on(timed(phaseNames.provision, provisionSandboxStep)),
    lookAtSandbox: on(timed(phaseNames.provision, lookAtSandboxStep)),
    prepareRestore: on(prepareRestoreStep),
    planChecks: on(planChecksStep),
    runCheck: (payload) => runCheckStep(payload, ports),
    judge: on(judgeStep),
    tryOlderDump: on(timed(phaseNames.select, tryOlderDumpStep)),
    askApproval: (payload) => askApprovalStep(payload, ports),
    prepareHandOver: on(timed(phaseNames.promote, prepareHandOverStep)),
    promote: on(timed(phaseNames.promote, promoteStep)),
    lookAtPromotion: on(timed(phaseNames.promote, lookAtPromotionStep)),
    handOver: on(timed(phaseNames.promote, handOverStep)),
    tearDownSandbox: on(timed(phaseNames.tearDown, tearDownSandboxStep)),
    confirmGone: on(timed(phaseNames.tearDown, confirmGoneStep)),
    sealRecord: on(sealRecordStep),
  };
}
