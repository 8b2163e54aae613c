/**
 * Environment variables of the doors in AWS. Set by lib/infra, parsed by lib/runtimes/aws/environment.ts. Values are names and
 * ARNs, never secrets.
 */
export const environmentNames = {
  /** Name of the CloudFormation stack; value of the tag `restore-drill:stack`. */
  stackName: 'STACK_NAME',
  ledgerTable: 'LEDGER_TABLE',
  /** Private bucket of evidence and reports. */
  evidenceBucket: 'EVIDENCE_BUCKET',
  topicArn: 'TOPIC_ARN',
  stateMachineArn: 'STATE_MACHINE_ARN',
  /** Function URL of lambdas/answer-approval.ts, or `noApprovalUrl`. */
  approvalUrl: 'APPROVAL_URL',
  /** Where CREATE puts sandboxes. */
  sandboxSubnetGroup: 'SANDBOX_SUBNET_GROUP',
  sandboxSecurityGroup: 'SANDBOX_SECURITY_GROUP',
  /** JSON: major version → parameter group tuned for imports, e.g. {"15":"restore-drill-import-15"}. */
  sandboxParameterGroups: 'SANDBOX_PARAMETER_GROUPS',
  restoreCluster: 'RESTORE_CLUSTER',
  /** JSON: RestoreTaskSize[], smallest first (lib/contract/restore-task-sizes.ts). */
  restoreTasks: 'RESTORE_TASKS',
  /** JSON: SandboxTaskSize[], smallest first (lib/contract/sandbox-task-sizes.ts); empty: no drill runs a server in its task. */
  sandboxTasks: 'SANDBOX_TASKS',
  /** JSON: {"subnets":[],"securityGroups":[],"assignPublicIp":"ENABLED"|"DISABLED"}. */
  restoreNetwork: 'RESTORE_NETWORK',
  /** Address of docs/runbook.md of the deployed version. */
  runbook: 'RUNBOOK',
  /** Name of the queue of what could not be started. */
  deadLetterQueue: 'DEAD_LETTER_QUEUE',
  /** Commit of the sources that the functions were built from. */
  commit: 'RESTORE_DRILL_COMMIT',
  /** ARN of the key that seals are signed with; not set where they are not. */
  signingKey: 'SIGNING_KEY',
  /** File of CA certificates for sandboxes; default: beside the code. */
  caBundlePath: 'RDS_CA_BUNDLE',
} as const;

/** Value of `approvalUrl` where approvals are answered from the command line alone. */
export const noApprovalUrl = 'none';

/** What the machine, or the restore task itself, hands to containers of ours by overrides. */
export const restoreTaskEnvironment = {
  /** `read` (the dump, without a sandbox), `restore`, `checks` (those that may outlast a Lambda) or `credentials` (for a hook). */
  command: 'COMMAND',
  drillId: 'DRILL_ID',
  attempt: 'ATTEMPT',
  taskToken: 'TASK_TOKEN',
  /** For `credentials` beside an instance: where it answers, and as whom a hook logs in. */
  sandboxHost: 'PGHOST',
  sandboxPort: 'PGPORT',
  sandboxRole: 'PGUSER',
  /** For `credentials` beside a server inside a restore task: that task's address, and the public half of its key. */
  tunnelHost: 'TUNNEL_HOST',
  tunnelKey: 'TUNNEL_KEY',
} as const;
