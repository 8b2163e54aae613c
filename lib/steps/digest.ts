import { backupOf } from '../domain/backup/kinds.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { RestoreAccount } from '../domain/recovery/restore-account.ts';

/** The digest can only be judged after the last byte was read. */
export function digestFindings(state: DrillState, account: RestoreAccount | null): Finding[] {
  const expected = state.dump?.expectedSha256 ?? null;
  // A base backup is many files; its manifest has the digest of each.
  if (account === null || state.dump === null || backupOf({ dump: state.dump }).kind === 'physical')
    return [];
  if (expected === null) {
    return [
      finding(
        'CHECKSUM_ABSENT',
        `${state.dump.key} has no .sha256 beside it, so its bytes were not verified`,
      ),
    ];
  }
  if (account.sha256 === expected) return [];
  // A comparison that did not take place never counts as passed. A dump that broke off already has its finding.
  if (account.sha256 === null) {
    if (!account.complete) return [];
    return [
      finding(
        'CHECK_COULD_NOT_RUN',
        `the SHA-256 of ${state.dump.key} could not be computed, so its sidecar was not compared`,
      ),
    ];
  }
  return [
    finding(
      'CHECKSUM_MISMATCH',
      `SHA-256 of ${state.dump.key} is ${account.sha256}; its sidecar says ${expected}`,
    ),
  ];
}
