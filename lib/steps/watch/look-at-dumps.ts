import type { DumpObject } from '../../domain/backup/dump.ts';
import { listedMoment } from '../../domain/backup/dump-moment.ts';
import { selectDumps } from '../../domain/backup/dump-selection.ts';
import { beginningOf, justBefore, sortsByMoment } from '../../domain/backup/key-order.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { secondsBetween } from '../../domain/time/spans.ts';
import type { NewestDump } from '../../domain/watch/facts.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import type { WatchedDatabase } from '../../ports/watching.ts';
import { selectionCriteria } from '../select-dump.ts';

/** Where keys are in no order of time, all of them are read this often while the newest known dump is too old. */
const allAgainSeconds = 6 * 3600;

type Known = NonNullable<WatchedDatabase['dumps']>;

/**
 * The newest dump by the selector's own rules, so that what a drill would refuse does not count.
 *
 * Keys are read from the newest known dump on: its own key is the first that is listed, so it is seen when it is gone,
 * and a year of dumps before it costs nothing. What such a look finds is never newer than what all keys would show – a
 * dump that sorts before is missed, which makes the age larger and an alarm earlier, never later. So all keys are read
 * only when the known dump is gone, and, where keys are in no order of time, before its age is believed to be too old.
 */
export async function lookAtDumps(
  source: SourceConfig,
  opened: OpenedSource,
  known: Known | null,
  { now, tooOldAfterSeconds }: { now: string; tooOldAfterSeconds: number | null },
): Promise<Known> {
  const look = async (after: string | null) => {
    const objects: DumpObject[] = [];
    const range = { beginning: opened.prefix + beginningOf(source.pattern), after };
    for await (const object of opened.store.list(range)) objects.push(object);
    return newestOf(objects, source, opened, now);
  };
  const isTooOld = ({ moment }: NewestDump) =>
    tooOldAfterSeconds !== null && secondsBetween(moment, now) > tooOldAfterSeconds;
  if (known?.newest != null) {
    const { newest, keys } = await look(justBefore(known.newest.key));
    const isThere = newest !== null && keys.has(known.newest.key);
    const wasReadLately = secondsBetween(known.listedAllAt, now) < allAgainSeconds;
    if (isThere && (!isTooOld(newest) || sortsByMoment(source.pattern) || wasReadLately)) {
      return { newest, lookedAt: now, listedAllAt: known.listedAllAt, refusedFor: null };
    }
  }
  const { newest } = await look(null);
  return { newest, lookedAt: now, listedAllAt: now, refusedFor: null };
}

function newestOf(
  objects: DumpObject[],
  source: SourceConfig,
  opened: OpenedSource,
  now: string,
): { newest: NewestDump | null; keys: Set<string> } {
  const criteria = selectionCriteria(source, opened, { at: null, key: null, now });
  const { candidates } = selectDumps(objects, criteria);
  const [first] = candidates;
  return {
    newest: first === undefined ? null : { key: first.key, moment: listedMoment(first) },
    keys: new Set(candidates.map(({ key }) => key)),
  };
}
