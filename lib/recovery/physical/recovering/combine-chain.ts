import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { applyIncremental, type UnpackedPlace } from '../base/combining/apply-incremental.ts';
import type { ChainLink } from '../base/combining/backup-chain.ts';
import type { BackupLabel } from '../base/facts/backup-label.ts';
import { readDataDirectory } from '../base/facts/data-directory.ts';
import type { Verification } from '../base/unpacking/manifest-comparison.ts';
import { unverified } from './base-findings.ts';
import { membersBefore } from './chain-members.ts';
import { type MemberOptions, type UnpackedMember, unpackMember } from './unpack-member.ts';

type Incremental = UnpackedMember & { label: BackupLabel };
type Combined =
  | (UnpackedMember & { findings: Finding[] })
  | { kind: 'refused'; findings: Finding[]; bytes: number };

/**
 * Makes the whole cluster of an incremental backup (17 and later) and those that it builds on, each of them verified. Beside the
 * full one only one of the others is on the disk at a time, and the last.
 * @param place holds the last backup of the chain, and then the whole
 */
export async function combineChain(
  source: BaseBackupSource,
  place: UnpackedPlace,
  last: Incremental,
  options: MemberOptions,
): Promise<Combined> {
  const before = await membersBefore(source, linkOf(last.label, last.verification));
  let { bytes } = last;
  const refused = (...findings: Finding[]): Combined => ({ kind: 'refused', findings, bytes });
  if (before.kind === 'incomplete') return refused(incomplete(source.key, before));
  const folder = await mkdtemp(join(dirname(place.tablespaceDirectory), 'chain-'));
  try {
    const lastPlace = await makePlace(folder, 'last');
    await move(place, lastPlace);
    const verifications = [last.verification];
    for (const [index, key] of before.members.entries()) {
      const memberPlace = index === 0 ? place : await makePlace(folder, String(index));
      const already = bytes;
      const member = await unpackMember({ ...source, key }, memberPlace, {
        ...options,
        onBytes: (more) => options.onBytes(already + more),
      });
      bytes += member.bytes;
      if (member.kind === 'refused') return refused(...member.findings.map((each) => ofMember(key, each)));
      verifications.push(member.verification);
      if (member.control.systemIdentifier !== last.control.systemIdentifier)
        return refused(
          finding(
            'BASE_BACKUP_CORRUPT',
            `${key} is of another cluster than ${source.key}, which builds on it`,
          ),
        );
      if (index === 0) continue;
      const problem = await applyIncremental(place, memberPlace, last.control);
      if (problem !== null) return refused(uncombined(key, problem));
      await rm(dirname(memberPlace.dataDirectory), { recursive: true });
    }
    const problem = await applyIncremental(place, lastPlace, last.control);
    if (problem !== null) return refused(uncombined(source.key, problem));
    const names = [...before.members, source.key].join(', ');
    const combined = finding('BASE_BACKUP_COMBINED', `the base backup was combined from ${names}`);
    const findings = [combined, ...unverified(verifications)];
    return { ...last, facts: readDataDirectory(place.dataDirectory), bytes, findings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const linkOf = (
  { startLsn, startTimeline, incrementalFrom }: BackupLabel,
  verification: Verification,
): ChainLink => ({
  ...{ startLsn, startTimeline, incrementalFrom },
  systemIdentifier: verification.kind === 'compared' ? verification.systemIdentifier : null,
});

function incomplete(
  key: string,
  { missing, found }: { missing: { lsn: string; timeline: number | null }; found: string[] },
): Finding {
  const timeline = missing.timeline === null ? '' : ` on timeline ${missing.timeline}`;
  const there = found.length === 0 ? '' : `; of the chain ${found.join(', ')} is there`;
  return finding(
    'BASE_BACKUP_CHAIN_INCOMPLETE',
    `${key} is an incremental backup, and the one that began at ${missing.lsn}${timeline} is missing${there}`,
  );
}

const uncombined = (key: string, problem: string): Finding =>
  finding('BASE_BACKUP_CORRUPT', `${key} cannot be combined with the backup before it: ${problem}`);

const ofMember = (key: string, { code, message, hint }: Finding): Finding =>
  finding(code, `${key}: ${message}`, hint);

async function makePlace(folder: string, name: string): Promise<UnpackedPlace> {
  const place = {
    dataDirectory: join(folder, name, 'data'),
    tablespaceDirectory: join(folder, name, 'tablespaces'),
  };
  for (const each of Object.values(place)) await mkdir(each, { recursive: true, mode: 0o700 });
  return place;
}

/** Of the same file system: nothing is copied. */
async function move(from: UnpackedPlace, to: UnpackedPlace): Promise<void> {
  for (const folder of ['dataDirectory', 'tablespaceDirectory'] as const)
    for (const name of await readdir(from[folder]))
      await rename(join(from[folder], name), join(to[folder], name));
}
