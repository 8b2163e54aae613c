import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import type { RecoveryPlace } from '../../../ports/recovery-place.ts';
import type { ControlFile } from '../base/facts/control-file.ts';
import type { DataDirectoryFacts } from '../base/facts/data-directory.ts';
import { neutralise } from '../base/foreign/neutralise.ts';
import type { WalRange } from '../base/manifest/backup-manifest.ts';
import { unverified } from './base-findings.ts';
import { combineChain } from './combine-chain.ts';
import { type MemberOptions, unpackMember } from './unpack-member.ts';

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
 * Unpacks a base backup into its place and verifies it, with those that it builds on; nothing is started on what is not whole.
 * @returns null: the findings say why nothing can be recovered from it
 */
export async function unpackVerified(
  source: BaseBackupSource,
  place: Pick<RecoveryPlace, 'dataDirectory' | 'tablespaceDirectory'>,
  options: MemberOptions,
): Promise<{ base: UnpackedBase | null; findings: Finding[]; bytes: number }> {
  const first = await unpackMember(source, place, options);
  const whole =
    first.kind === 'unpacked' && first.label?.incrementalFrom != null
      ? await combineChain(source, place, { ...first, label: first.label }, options)
      : first.kind === 'unpacked'
        ? { ...first, findings: unverified([first.verification]) }
        : first;
  const { bytes } = whole;
  if (whole.kind === 'refused') return { base: null, findings: whole.findings, bytes };
  const { facts, control, verification } = whole;
  const { settings } = neutralise(place.dataDirectory, place.tablespaceDirectory);
  const findings = [...whole.findings];
  if (settings.acting.length > 0)
    findings.push(
      finding(
        'SETTINGS_LEFT_OUT',
        `the cluster's own settings were not used, among them ${settings.acting.join(', ')}`,
      ),
    );
  const walRanges = verification.kind === 'compared' ? verification.walRanges : [];
  return { base: { facts, control, walRanges, bytes, findings }, findings, bytes };
}
