import type { DrillRecord } from '../drill-record.ts';
import { type Problem, problem } from './verification.ts';

/** A record with the digest of its record.json. */
export interface ChainedRecord {
  record: DrillRecord;
  sha256: string;
}

/**
 * Follows the links of the records of each database. A chain shows what was changed or taken out before its last record; that
 * the last ones are missing shows only to who knows of them: the ledger, or a digest that was kept elsewhere.
 *
 * @param whole whether all records of a database should be there; else a link may lead to one that was left out
 */
export function verifyChain(
  records: readonly ChainedRecord[],
  whole: boolean,
): { problems: Map<string, Problem[]>; notes: string[] } {
  const problems = new Map<string, Problem[]>();
  const notes: string[] = [];
  const byId = new Map(records.map((chained) => [chained.record.drillId, chained]));
  const followers = new Map<string, string>();
  const complain = (drillId: string, what: Problem) =>
    problems.set(drillId, [...(problems.get(drillId) ?? []), what]);
  const firsts = new Map<string, string>();

  for (const { record } of records) {
    const { drillId, database, previous } = record;
    // Of a release that kept no chain.
    if (previous === undefined) continue;
    if (previous === null) {
      const other = firsts.get(database) ?? before(record, records);
      if (other !== undefined) complain(drillId, problem('begins anew', `${other} is of ${database} too`));
      firsts.set(database, drillId);
      continue;
    }
    const key = `${previous.drillId}\n${previous.sha256}`;
    const sibling = followers.get(key);
    if (sibling !== undefined)
      complain(drillId, problem('fork', `${sibling} follows ${previous.drillId} as well`));
    followers.set(key, drillId);
    const found = byId.get(previous.drillId);
    if (found === undefined) {
      if (whole) complain(drillId, problem('link missing', `the record of ${previous.drillId} is not there`));
      else
        notes.push(
          `the record of ${previous.drillId}, before ${drillId}, was not given: that link is not verified`,
        );
    } else if (found.sha256 !== previous.sha256)
      complain(
        drillId,
        problem(
          'link differs',
          `the record of ${previous.drillId} has SHA-256 ${found.sha256}, it followed one with ${previous.sha256}`,
        ),
      );
  }
  return { problems, notes };
}

/** A record of the same database that ended before; undefined: none. */
const before = (record: DrillRecord, records: readonly ChainedRecord[]): string | undefined =>
  records.find(
    ({ record: other }) =>
      other !== record && other.database === record.database && other.endedAt < record.startedAt,
  )?.record.drillId;
