/**
 * What is left for the operator of an instance that is kept, as plain sentences. `problem` says what of its promotion
 * did not come off, null when all did; `leaseTag` is named in the advice.
 */
export function remainingWork(kept: {
  sandboxId: string;
  address: { host: string; port: number; masterRole: string } | null;
  problem: string | null;
  leaseTag: string;
}): string[] {
  const { sandboxId, address, problem, leaseTag } = kept;
  const byHand =
    problem === null
      ? []
      : [
          `Look at ${sandboxId} in RDS: ${problem}.`,
          `Check that its tag ${leaseTag} is gone: while it is there, the sweeper removes the instance after the lease.`,
          'Set what is missing by hand: Multi-AZ, deletion protection, security groups.',
        ];
  return [
    ...byHand,
    `Point the application at ${address?.host ?? 'the endpoint'}, port ${address?.port ?? 5432}; DNS and its secrets are yours.`,
    `Read the password of ${address?.masterRole ?? 'the master'} from its secret; it is rotated every 7 days.`,
    'Give roles their passwords where the dump carries none and drills.yaml sets none.',
  ];
}
