import type { Finding } from '../../../domain/findings/findings.ts';
import { type Failure, labelsOf, shortened } from './failed-entries.ts';

/** A relation, type, schema, function, primary key or column is there already. */
const alreadyThere: ReadonlySet<string> = new Set(['42P07', '42710', '42P06', '42723', '42P16', '42701']);

/** What a definition that was there already leaves to fail: rows with the same keys, a partition that is attached. */
const afterwards: ReadonlySet<string> = new Set(['23505', '42809']);

/** The finding that names the cause of all failures of `folded`, and the failures that have another. */
export interface Repetition {
  told: Finding;
  folded: Failure[];
  others: Failure[];
}

/**
 * Of a file that holds several dumps: what failed because a dump above had made it. That the file was joined is the cause of
 * all of it. Null when nothing failed for that.
 */
export function repeatedDefinitions(joined: Finding, failures: readonly Failure[]): Repetition | null {
  const isThere = ({ outcome }: Failure): boolean => alreadyThere.has(outcome.sqlState ?? '');
  const there = new Set(failures.filter(isThere).flatMap(({ made }) => made.map(({ name }) => name)));
  const folded = failures.filter((failure) => {
    if (isThere(failure)) return true;
    if (!afterwards.has(failure.outcome.sqlState ?? '')) return false;
    const names = [failure.table, ...failure.made.map(({ name }) => name)];
    if (failure.type.startsWith('BLOB') || failure.type.endsWith(' ATTACH')) return true;
    return names.some((name) => name !== null && there.has(name));
  });
  if (folded.length === 0) return null;
  const labels = labelsOf(folded);
  const what = labels.length === 1 ? 'one entry was' : `${labels.length} entries were`;
  const message = `${joined.message}; ${what} there already, and failed: ${shortened(labels)}`;
  const others = failures.filter((failure) => !folded.includes(failure));
  return { told: { ...joined, message, severity: 'error' }, folded, others };
}
