import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { RecoveryPlace } from '../../../ports/recovery-place.ts';
import type { ControlFile } from '../base/facts/control-file.ts';
import { type DataDirectoryFacts, readDataDirectory } from '../base/facts/data-directory.ts';
import { neutralise } from '../base/foreign/neutralise.ts';
import { recogniseBase } from '../base/layout/recognise-base.ts';
import type { WalRange } from '../base/manifest/backup-manifest.ts';
import { baseProblems } from '../base/unpacking/base-problems.ts';
import { unpackBase } from '../base/unpacking/unpack-base.ts';
import { findingOfLayout, findingOfProblem, findingOfRefusal } from './base-findings.ts';
import { roomForBase } from './room-for-base.ts';
import { filesOfBase } from './stored-files.ts';

/** An unpacked base backup of which nothing acts any more, ready for a server. */
export interface UnpackedBase {
  facts: DataDirectoryFacts;
  control: ControlFile;
  /** WAL that it needs to be consistent; empty without a manifest. */
  walRanges: WalRange[];
  bytes: number;
  findings: Finding[];
}

/**
 * Unpacks a base backup into its place and verifies it; nothing is started on what is not whole.
 * @returns null: the findings say why nothing can be recovered from it
 */
export async function unpackVerified(
  source: BaseBackupSource,
  place: RecoveryPlace,
  options: { isSnapshot: boolean; signal: AbortSignal; onBytes(bytes: number): void },
): Promise<{ base: UnpackedBase | null; findings: Finding[]; bytes: number }> {
  const files = await filesOfBase(source);
  const layout = await recogniseBase(files);
  if (layout.kind === 'repository' || layout.kind === 'packed wal' || layout.kind === 'unknown')
    return { base: null, findings: [findingOfLayout(layout)], bytes: 0 };
  const room = await roomForBase(files, place.dataDirectory);
  if (room.tooSmall !== null) return { base: null, findings: [room.tooSmall], bytes: 0 };
  const outcome = await unpackBase(layout, {
    dataDirectory: place.dataDirectory,
    tablespacesDirectory: place.tablespaceDirectory,
    limitBytes: room.limitBytes,
    signal: options.signal,
    onProgress: options.onBytes,
  });
  const { bytes } = outcome.account;
  if (outcome.kind === 'refused') {
    const { refusal, account } = outcome;
    const full = refusal.kind === 'too large' && room.limitedByDisk;
    const kind = full ? 'disk full' : refusal.kind;
    return { base: null, findings: [findingOfRefusal({ ...refusal, kind }, account.lastName)], bytes };
  }
  const facts = readDataDirectory(place.dataDirectory);
  const problems = baseProblems(outcome, facts, { isSnapshot: options.isSnapshot }).map(findingOfProblem);
  const { control } = facts;
  if (problems.length > 0 || control?.kind !== 'control file')
    return { base: null, findings: problems, bytes };
  const { settings } = neutralise(place.dataDirectory, place.tablespaceDirectory);
  const findings: Finding[] = [];
  const { verification } = outcome;
  if (verification.kind === 'no manifest')
    findings.push(finding('BASE_BACKUP_UNVERIFIED', 'the base backup has no backup_manifest'));
  if (settings.acting.length > 0)
    findings.push(
      finding(
        'SETTINGS_LEFT_OUT',
        `the cluster's own settings were not used, among them ${settings.acting.join(', ')}`,
      ),
    );
  const walRanges = verification.kind === 'compared' ? verification.walRanges : [];
  return { base: { facts, control: control.control, walRanges, bytes, findings }, findings, bytes };
}
