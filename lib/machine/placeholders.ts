/** `${…}` placeholders of the definition: filled at deploy time (ARNs) and by the local run. */

/** One Lambda each. Its key is also the key of its state in state-names.ts, and of its step. */
export const lambdaPlaceholders = {
  normaliseRequest: '${NormaliseRequestFunction}',
  selectDump: '${SelectDumpFunction}',
  thawDump: '${ThawDumpFunction}',
  planSandbox: '${PlanSandboxFunction}',
  provisionSandbox: '${ProvisionSandboxFunction}',
  lookAtSandbox: '${LookAtSandboxFunction}',
  prepareRestore: '${PrepareRestoreFunction}',
  /** Invoked with a task token: it starts the restore task, which answers by the token; what it returns is not looked at. */
  restoreOnVolume: '${RestoreOnVolumeFunction}',
  planChecks: '${PlanChecksFunction}',
  runCheck: '${RunCheckFunction}',
  judge: '${JudgeFunction}',
  tryOlderDump: '${TryOlderDumpFunction}',
  /** Invoked with a task token, in `{ state, taskToken }`: what it returns is not looked at. */
  askApproval: '${AskApprovalFunction}',
  prepareHandOver: '${PrepareHandOverFunction}',
  promote: '${PromoteFunction}',
  lookAtPromotion: '${LookAtPromotionFunction}',
  handOver: '${HandOverFunction}',
  tearDownSandbox: '${TearDownSandboxFunction}',
  confirmGone: '${ConfirmGoneFunction}',
  sealRecord: '${SealRecordFunction}',
} as const;

export type LambdaStep = keyof typeof lambdaPlaceholders;

/** Cluster of every ECS task; task definitions travel in `$`. */
export const clusterPlaceholder = '${RestoreCluster}';

/** Fills `${…}` placeholders. @throws Error naming the placeholders that were not given */
export function fillPlaceholders(definition: object, values: Record<string, string>): object {
  const missing = new Set<string>();
  const text = JSON.stringify(definition).replace(/\$\{(\w+)\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) missing.add(name);
    return JSON.stringify(value ?? '').slice(1, -1);
  });
  if (missing.size > 0) throw new Error(`placeholders without a value: ${[...missing].join(', ')}`);
  return JSON.parse(text) as object;
}
