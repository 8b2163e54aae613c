import { groupBaseBackups } from '../../../domain/backup/base-backups.ts';
import type { DumpObject } from '../../../domain/backup/dump.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { type Chain, type ChainLink, chainBefore } from '../base/combining/backup-chain.ts';
import { type BaseLook, lookIntoBase } from '../base/unpacking/look-into-base.ts';
import { openBase } from './open-base.ts';

/** A manifest and the beginning of a tar; more only where somebody packed a data directory in an order of their own. */
const lookedAtBytes = 64 * 1024 ** 3;

/**
 * The backups that an incremental one builds on, by their keys. Those whose names come last before the others are looked into
 * first: a chain's are near each other.
 */
export async function membersBefore(source: BaseBackupSource, last: ChainLink): Promise<Chain<string>> {
  const objects: DumpObject[] = [];
  for await (const object of source.store.list()) objects.push(object);
  const candidates = groupBaseBackups(objects, source.walPrefix)
    .map(({ key }) => key)
    .filter((key) => key !== source.key)
    .sort()
    .reverse()
    .map((key) => ({ member: key, link: () => linkIn({ ...source, key }) }));
  return chainBefore(last, candidates);
}

async function linkIn(source: BaseBackupSource): Promise<ChainLink | null> {
  const opened = await openBase(source);
  if (opened.kind === 'refused') return null;
  return linkSeen(await lookIntoBase(opened.layout, ['label', 'manifest'], lookedAtBytes));
}

/** What a look says of a backup's place in a chain; null: it is none, or it does not say. */
export function linkSeen({ label, manifest }: Pick<BaseLook, 'label' | 'manifest'>): ChainLink | null {
  if (label?.kind !== 'label') return null;
  const { startLsn, startTimeline, incrementalFrom } = label.label;
  const systemIdentifier = manifest?.kind === 'manifest' ? manifest.manifest.systemIdentifier : null;
  return { startLsn, startTimeline, incrementalFrom, systemIdentifier };
}
