import { parseDrillState } from '../domain/drill-state.ts';
import type { LambdaStep } from '../machine/definition.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { judgeStep } from './judge.ts';
import { lookAtSandboxStep } from './look-at-sandbox.ts';
import { type ExecutionStart, normaliseRequestStep } from './normalise-request.ts';
import { planChecksStep } from './plan-checks.ts';
import { planSandboxStep } from './plan-sandbox.ts';
import { prepareRestoreStep } from './prepare-restore.ts';
import { provisionSandboxStep } from './provision-sandbox.ts';
import { runCheckStep } from './run-check.ts';
import { sealRecordStep } from './seal-record.ts';
import { selectDumpStep } from './select-dump.ts';
import { confirmGoneStep, tearDownSandboxStep } from './tear-down-sandbox.ts';
import { thawDumpStep } from './thaw-dump.ts';
import { timed } from './timed.ts';
import { tryOlderDumpStep } from './try-older-dump.ts';

/** Phase names of the record; a real restore has the same. */
export const phaseNames = {
  select: 'Select dump',
  plan: 'Plan sandbox',
  provision: 'Provision sandbox',
  restore: 'Restore dump into sandbox',
  checks: 'Run checks',
  tearDown: 'Tear down sandbox',
} as const;

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
    tearDownSandbox: on(timed(phaseNames.tearDown, tearDownSandboxStep)),
    confirmGone: on(timed(phaseNames.tearDown, confirmGoneStep)),
    sealRecord: on(sealRecordStep),
  };
}
