import type { FindingDefinition } from './definition.ts';

/** The sandbox and what runs in it. */
export const sandboxFindings = {
  METHOD_UNAVAILABLE: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'This kind of backup cannot be recovered in this kind of sandbox.',
    hint: 'Read which kinds of sandbox can; docs/architecture.md has the table.',
  },
  SANDBOX_UNAVAILABLE: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'The sandbox did not come up.',
    hint: 'Read the reason; `restore-drill doctor` checks what a sandbox needs.',
  },
  SANDBOX_LOST: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'The sandbox went away while the drill used it.',
    hint: 'Start the drill again; if it happens again, look at the memory and disk of the machine.',
  },
  SANDBOX_DISK_FULL: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'The sandbox ran out of disk.',
    hint: 'Free disk space, or give the sandbox more storage.',
  },
  SANDBOX_NO_CAPACITY: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'AWS had no capacity for the sandbox in any zone and class of the plan.',
    hint: 'Start the drill again later, or set `sandbox.instanceClass` to a class of another family.',
  },
  QUOTA_EXCEEDED: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'A quota of the account leaves no room for the sandbox.',
    hint: 'Remove what is not needed, or ask for a higher quota in Service Quotas; the quota is named in the message.',
  },
  RESTORE_NOT_READY: {
    severity: 'warning',
    blames: 'drill',
    meaning:
      'A real restore of this database would fail, or not become what `production` of drills.yaml promises: its class, parameter group, subnet group, security groups, key or a quota does not allow it.',
    hint: 'Correct what the message names, before the day it is needed. `production.rehearsal: error` makes such a drill fail, so that its alarm rings; `off` looks at nothing.',
  },
  COST_CAP_EXCEEDED: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'The drill was estimated to cost more than is allowed.',
    hint: 'Raise `sandbox.maxCostUsd` (or `aws.monthlyBudgetUsd`) in drills.yaml, or choose a smaller class.',
  },
  RESTORE_TASK_NOT_STARTED: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'The restore task never came to run.',
    hint: 'The reason is in the message: most often the image cannot be pulled, the subnets have no way out, or Fargate has no capacity.',
  },
  RESTORE_TASK_RESIZED: {
    severity: 'info',
    blames: 'sandbox',
    meaning: 'Fargate started no restore task of the wanted size, so one of another size was asked for.',
    hint: 'Nothing to do when it is rare. Often: ask for a higher Fargate vCPU quota (L-3032A538), or add subnets in other zones.',
  },
  RESTORE_TASK_LOST: {
    severity: 'unverified',
    blames: 'sandbox',
    meaning: 'The restore task stopped without reporting a result.',
    hint: 'Read its log stream; out of memory and a stopped host are the usual causes. Start the drill again.',
  },
  SECRET_UNREADABLE: {
    severity: 'unverified',
    blames: 'drill',
    meaning: 'A secret or parameter could not be read.',
    hint: 'Check that it exists and that the stack was deployed with its name in drills.yaml, which grants the right to read it.',
  },
  TEARDOWN_FAILED: {
    severity: 'error',
    blames: 'sandbox',
    meaning: 'Something of the sandbox could not be removed.',
    hint: 'Run `restore-drill sweep`; if it stays, remove by hand what the finding names.',
  },
} as const satisfies Record<string, FindingDefinition>;
