/** Outputs of the stack: how the command line finds its way in an account. */
export const outputNames = {
  stateMachineArn: 'StateMachineArn',
  ledgerTable: 'LedgerTable',
  evidenceBucket: 'EvidenceBucket',
  /** Key of the evidence, where it has one: needed with the two above to go on with them in another stack. */
  evidenceKey: 'EvidenceKey',
  /** Key that seals are signed with, where there is one. */
  signingKey: 'SigningKey',
  topicArn: 'TopicArn',
  /** Only where drills.yaml asks for a dashboard. */
  dashboardUrl: 'DashboardUrl',
  restoreCluster: 'RestoreCluster',
  sweepFunction: 'SweepFunction',
  /** Customer managed policy of those who answer approvals, for permission sets of IAM Identity Center. */
  approverPolicy: 'ApproverPolicy',
  version: 'Version',
  /** JSON of database names; what does not fit goes on in `Databases2`, `Databases3` … */
  databases: 'Databases',
} as const;

/** Characters in one output; CloudFormation's own limit is not documented, so it is kept as small as its descriptions. */
export const longestOutput = 1000;

/** The second, third … output of a list. */
export const furtherOutput = (name: string, number: number): string => `${name}${number}`;
