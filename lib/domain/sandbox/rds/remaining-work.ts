/**
 * What is left for the operator of an instance that is kept, as plain sentences. `problems` say what of its hand-over
 * did not come off; `leaseTag` is named in the advice.
 */
export function remainingWork(kept: {
  sandboxId: string;
  address: { host: string; port: number; masterRole: string } | null;
  problems: readonly string[];
  leaseTag: string;
}): string[] {
  const { sandboxId, address, problems, leaseTag } = kept;
  const byHand =
    problems.length === 0
      ? []
      : [
          ...problems.map((problem) => `Look at ${sandboxId} in RDS: ${problem}.`),
          `Check that its tag ${leaseTag} is gone, and remove it where it is not.`,
          'Set what is missing by hand: deletion protection, and what `production` of drills.yaml asks for.',
        ];
  return [
    ...byHand,
    `Point the application at ${address?.host ?? 'the endpoint'}, port ${address?.port ?? 5432}; DNS and its secrets are yours.`,
    `Read the password of ${address?.masterRole ?? 'the master'} from its secret; it is rotated every 7 days.`,
    'Give roles their passwords where the dump carries none and drills.yaml sets none.',
  ];
}
