import type { Finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { UnpackedPlace } from '../base/combining/apply-incremental.ts';
import type { BackupLabel } from '../base/facts/backup-label.ts';
import type { ControlFile } from '../base/facts/control-file.ts';
import { type DataDirectoryFacts, readDataDirectory } from '../base/facts/data-directory.ts';
import { baseProblems } from '../base/unpacking/base-problems.ts';
import type { Verification } from '../base/unpacking/manifest-comparison.ts';
import { unpackBase } from '../base/unpacking/unpack-base.ts';
import { findingOfProblem, findingOfRefusal } from './base-findings.ts';
import { openBase } from './open-base.ts';
import { roomForBase } from './room-for-base.ts';

export interface MemberOptions {
  isSnapshot: boolean;
  signal: AbortSignal;
  onBytes(bytes: number): void;
}

/** A backup as it lies unpacked, whole or incremental, with nothing wrong with it. */
export interface UnpackedMember {
  kind: 'unpacked';
  facts: DataDirectoryFacts;
  control: ControlFile;
  /** Null only of a snapshot. */
  label: BackupLabel | null;
  verification: Verification;
  bytes: number;
}

/** Unpacks one backup into its place and verifies it. */
export async function unpackMember(
  source: BaseBackupSource,
  { dataDirectory, tablespaceDirectory }: UnpackedPlace,
  options: MemberOptions,
): Promise<UnpackedMember | { kind: 'refused'; findings: Finding[]; bytes: number }> {
  const opened = await openBase(source);
  if (opened.kind === 'refused') return { kind: 'refused', findings: [opened.finding], bytes: 0 };
  const room = await roomForBase(opened, dataDirectory);
  if (room.tooSmall !== null) return { kind: 'refused', findings: [room.tooSmall], bytes: 0 };
  const outcome = await unpackBase(opened.layout, {
    dataDirectory,
    tablespacesDirectory: tablespaceDirectory,
    limitBytes: room.limitBytes,
    signal: options.signal,
    onProgress: options.onBytes,
  });
  const { bytes } = outcome.account;
  if (outcome.kind === 'unpacked' && opened.verify !== null)
    outcome.verification = opened.verify(dataDirectory);
  if (outcome.kind === 'refused') {
    const { refusal, account } = outcome;
    const full = refusal.kind === 'too large' && room.limitedByDisk;
    const finding = findingOfRefusal(
      { ...refusal, kind: full ? 'disk full' : refusal.kind },
      account.lastName,
    );
    return { kind: 'refused', findings: [finding], bytes };
  }
  const facts = readDataDirectory(dataDirectory);
  const label = facts.label?.kind === 'label' ? facts.label.label : null;
  // An incremental backup that names the one before is a part of a chain; files of one without that are of nothing.
  const problems = baseProblems(outcome, facts, { isSnapshot: options.isSnapshot }).filter(
    ({ kind }) => kind !== 'incremental' || label?.incrementalFrom == null,
  );
  const { control } = facts;
  if (problems.length > 0 || control?.kind !== 'control file')
    return { kind: 'refused', findings: problems.map(findingOfProblem), bytes };
  const { verification } = outcome;
  return { kind: 'unpacked', facts, control: control.control, label, verification, bytes };
}
