/** Outputs of the stack: how the command line finds its way in an account. */
export const outputNames = {
  stateMachineArn: 'StateMachineArn',
  ledgerTable: 'LedgerTable',
  evidenceBucket: 'EvidenceBucket',
  /** Key of the evidence: needed with the two above to go on with them in another stack. */
  evidenceKey: 'EvidenceKey',
  topicArn: 'TopicArn',
  dashboardUrl: 'DashboardUrl',
  restoreCluster: 'RestoreCluster',
  sweepFunction: 'SweepFunction',
  /** Customer managed policy of those who answer approvals, for permission sets of IAM Identity Center. */
  approverPolicy: 'ApproverPolicy',
  version: 'Version',
  /** Comma-free JSON of database names. */
  databases: 'Databases',
} as const;
