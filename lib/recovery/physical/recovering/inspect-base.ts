import { bareHeader, type DumpHeader } from '../../../domain/backup/dump.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { Finding } from '../../../domain/findings/findings.ts';
import type { ReplayEnd } from '../../../domain/recovery/replay-end.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { type BaseLook, lookIntoBase, type Wanted } from '../base/unpacking/look-into-base.ts';
import { unpackedBytes } from '../base/unpacking/unpacked-size.ts';
import { findingOfRefusal } from './base-findings.ts';
import { linkSeen, membersBefore } from './chain-members.ts';
import { openBase } from './open-base.ts';
import type { OpenedBase } from './opened-base.ts';
import { baseEndedAt, walToReplay } from './wal-to-replay.ts';

/** A data directory that somebody packed has PG_VERSION anywhere: a base of this size is read to its end for it. */
const lookedAtBytes = 64 * 1024 ** 3;

/**
 * What a base backup says of itself, and what it takes to recover it.
 * @param end up to where its WAL is replayed
 * @throws DrillError what keeps it from being one
 */
export async function inspectBase(source: BaseBackupSource, end: ReplayEnd = null): Promise<DumpHeader> {
  const { opened, look } = await lookInto(source);
  const { label, majorVersion, refusal } = look;
  if (majorVersion === null && refusal !== null) throw errorOf(findingOfRefusal(refusal, null));
  const header = bareHeader({ layout: 'base backup', wrappings: [], archiveVersion: null });
  const told = label?.kind === 'label' ? label.label : null;
  // Without a label – a snapshot of a whole volume – nothing says where the WAL begins: all of it may be needed.
  const start = { segment: told?.startSegment ?? '', lsn: told?.startLsn ?? '' };
  const { archivedEnd, ...wal } = await walToReplay(source, start, end);
  const endedAt = opened.endedAt ?? archivedEnd;
  return {
    ...header,
    majorVersion,
    consistencyPoint: told?.startTime == null ? null : momentOf(told.startTime),
    ...(endedAt === null ? {} : { endedAt }),
    recoveredSize: { baseBytes: await bytesWithChain(source, opened, look), ...wal },
  };
}

/** When a base backup began and ended, and nothing else of it. @throws DrillError what keeps it from being one */
export async function momentsOfBase(
  source: BaseBackupSource,
): Promise<Pick<DumpHeader, 'consistencyPoint' | 'endedAt'>> {
  const { opened, look } = await lookInto(source, ['label']);
  const told = look.label?.kind === 'label' ? look.label.label : null;
  if (told === null) return { consistencyPoint: null };
  const start = { segment: told.startSegment, lsn: told.startLsn };
  const endedAt = opened.endedAt ?? (await baseEndedAt(source, start));
  return {
    consistencyPoint: told.startTime === null ? null : momentOf(told.startTime),
    ...(endedAt === null ? {} : { endedAt }),
  };
}

async function lookInto(source: BaseBackupSource, wanted: readonly Wanted[] = ['label', 'majorVersion']) {
  const opened = await openBase(source);
  if (opened.kind === 'refused') throw errorOf(opened.finding);
  return { opened, look: await lookIntoBase(opened.layout, wanted, lookedAtBytes) };
}

/**
 * Of an incremental backup: a file grows by no more than the blocks that each of the chain brings, so that all of them together
 * bound the whole; the last, and one of those between, lie beside it while they are combined.
 */
async function bytesWithChain(
  source: BaseBackupSource,
  opened: Extract<OpenedBase, { kind: 'base' }>,
  look: BaseLook,
): Promise<number> {
  const lastBytes = await bytesOf(opened, look);
  const link = linkSeen(look);
  if (link?.incrementalFrom == null) return lastBytes;
  const chain = await membersBefore(source, link);
  const keys = chain.kind === 'whole' ? chain.members : chain.found;
  const before: number[] = [];
  for (const key of keys) {
    const member = await lookInto({ ...source, key });
    before.push(await bytesOf(member.opened, member.look));
  }
  const wholeBytes = before.reduce((sum, bytes) => sum + bytes, lastBytes);
  return wholeBytes + lastBytes + Math.max(0, ...before.slice(1));
}

const bytesOf = async (
  { announcedBytes, layout }: Extract<OpenedBase, { kind: 'base' }>,
  { manifest }: BaseLook,
): Promise<number> =>
  announcedBytes ?? unpackedBytes(layout, manifest?.kind === 'manifest' ? manifest.manifest : null);

/** As backup_label has it, `2026-11-20 02:15:12 UTC`; null for another zone, whose name nobody can be sure of. */
function momentOf(written: string): string | null {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:UTC|GMT)$/.exec(written) ?? [];
  return day === undefined ? null : `${day}T${time}Z`;
}

const errorOf = ({ code, message, hint }: Finding): DrillError => new DrillError(code, message, { hint });
