import { justBefore } from '../../domain/backup/key-order.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import type { ArchiveLook } from '../../domain/watch/facts.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import type { WatchedDatabase } from '../../ports/watching.ts';

/** Names of segments grow with the log; where others lie among them, all are read this often while the newest is too old. */
const allAgainSeconds = 6 * 3600;

type Known = NonNullable<WatchedDatabase['archive']>;

/**
 * Which file of an archive of WAL came last. Keys are read from the newest known one on: a year of segments before it costs
 * nothing, and what is missed so makes the lag larger, never smaller. All of them are read the first time, and when the known one
 * is gone, which it is only when nothing came after it for as long as WAL is kept.
 */
export async function lookAtArchive(
  walPrefix: string,
  { store, prefix }: OpenedSource,
  known: Known | null,
  { now, tooOldAfterSeconds }: { now: string; tooOldAfterSeconds: number },
): Promise<Known> {
  const beginning = prefix + walPrefix;
  const look = async (after: string | null) => {
    let newest: ArchiveLook['newest'] = null;
    let isKnownThere = false;
    for await (const { key, modifiedAt } of store.list({ beginning, after })) {
      if (!key.startsWith(beginning) || key.endsWith('/')) continue;
      isKnownThere ||= key === known?.newest?.key;
      if (newest === null || modifiedAt >= newest.archivedAt) newest = { key, archivedAt: modifiedAt };
    }
    return { newest, isKnownThere };
  };
  if (known?.newest != null) {
    const { newest, isKnownThere } = await look(justBefore(known.newest.key));
    const isLate = newest === null || secondsBetween(newest.archivedAt, now) > tooOldAfterSeconds;
    const wasReadLately = secondsBetween(known.listedAllAt, now) < allAgainSeconds;
    if (isKnownThere && (!isLate || wasReadLately))
      return { newest, lookedAt: now, listedAllAt: known.listedAllAt, refusedFor: null };
  }
  const { newest } = await look(null);
  return { newest, lookedAt: now, listedAllAt: now, refusedFor: null };
}
