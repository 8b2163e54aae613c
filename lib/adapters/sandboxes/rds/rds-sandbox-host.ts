import { DrillError } from '../../../domain/findings/errors.ts';
import type { RdsSandboxPlan, SandboxPlan } from '../../../domain/sandbox/sandbox-plan.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import { createInstance } from './create-instance.ts';
import type { InstanceCreation } from './create-request.ts';
import { lookAtSandbox } from './instance-look.ts';
import { type PreflightOptions, preflight } from './preflight.ts';
import { createPromotion } from './promotion.ts';
import type { RdsHost } from './rds-host.ts';
import { removeSandbox } from './removal.ts';
import { sandboxIdFor } from './sandbox-names.ts';
import { type SweepOptions, sweepLeftovers } from './sweeper.ts';

/**
 * A door gives what it needs and no more: a Lambda that only looks has neither the names nor the rights to create.
 * What is not given cannot be done and says so.
 */
export interface RdsSandboxHostOptions extends RdsHost {
  /** For `preflight`. */
  planning?: PreflightOptions;
  /** For `provision`. */
  creation?: InstanceCreation;
  /** For `sweep`. */
  sweeping?: SweepOptions;
}

/** Sandboxes as RDS instances. See the files beside this one for each verb's rules. */
export function createRdsSandboxHost(options: RdsSandboxHostOptions): SandboxHost {
  const { planning, creation, sweeping, ...host } = options;
  return {
    sandboxIdFor: (drillId) => sandboxIdFor(host.stackName, drillId),
    kinds: ['rds'],
    preflight: async (demand) => preflight(host, planning ?? missing('plan'), demand),
    provision: async (plan, placement = 0) =>
      createInstance(host, creation ?? missing('make'), rdsPlan(plan), placement),
    look: (sandboxId) => lookAtSandbox(host, sandboxId),
    remove: (sandboxId) => removeSandbox(host, sandboxId),
    sweep: async ({ dryRun }) => sweepLeftovers(host, sweeping ?? missing('sweep'), dryRun),
    promotion: createPromotion(host),
  };
}

/** @throws DrillError INTERNAL_ERROR for a plan of another kind of sandbox: it is none that this host made */
function rdsPlan(plan: SandboxPlan): RdsSandboxPlan {
  if (plan.kind === 'rds') return plan;
  throw new DrillError('INTERNAL_ERROR', `the plan is for a sandbox of kind ${plan.kind}, not rds`, {
    hint: 'Please report it with the record.',
    fault: 'us',
  });
}

function missing(verb: string): never {
  throw new DrillError('INTERNAL_ERROR', `this function was not set up to ${verb} sandboxes`, {
    hint: 'Please report it: a door lacks the settings for what it is asked to do.',
    fault: 'us',
  });
}
