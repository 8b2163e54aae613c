import type { CheckContext, CheckKind, PlannedCheck } from './check.ts';
import { constraintsValidated } from './constraints-validated.ts';
import { dataPresent } from './data-present.ts';
import { extensionsInstalled } from './extensions.ts';
import { foreignKeys, foreignKeysHold } from './foreign-keys.ts';
import { freshness } from './freshness.ts';
import { indexesValid } from './indexes-valid.ts';
import { login } from './login.ts';
import { matviewsPopulated } from './matviews.ts';
import { migrations } from './migrations.ts';
import { objectsExist } from './objects-exist.ts';
import { partitionTrees } from './partition-trees.ts';
import { rowCounts } from './row-counts.ts';
import { rows } from './rows.ts';
import { sequencesAhead } from './sequences.ts';
import { sql } from './sql.ts';
import { tablesExist } from './tables.ts';
import { unique } from './unique.ts';
import { uniqueIndexes } from './unique-indexes.ts';

export { checkConfigSchema } from './check-config.ts';
export { notTestedByChecks } from './not-tested.ts';

/** Every kind of check, in the order in which results are read: what must be there, then what it holds. */
export const checkKinds: readonly CheckKind<unknown, unknown>[] = [
  dataPresent,
  objectsExist,
  extensionsInstalled,
  rowCounts,
  partitionTrees,
  foreignKeysHold,
  uniqueIndexes,
  indexesValid,
  constraintsValidated,
  sequencesAhead,
  matviewsPopulated,
  tablesExist,
  rows,
  unique,
  freshness,
  migrations,
  foreignKeys,
  sql,
  login,
];

/** @throws RangeError for a kind that is not registered */
export function checkKind(kind: string): CheckKind<unknown, unknown> {
  const found = checkKinds.find((one) => one.kind === kind);
  if (found === undefined) throw new RangeError(`there is no check of kind ${kind}`);
  return found;
}

/** Plans every check of a drill. Pure; ids are unique; each check is plain JSON below 32 KB. */
export function planChecks(context: CheckContext): PlannedCheck[] {
  const seen = new Map<string, number>();
  return checkKinds
    .flatMap((kind) => kind.plan(context))
    .map((check) => {
      const times = (seen.get(check.id) ?? 0) + 1;
      seen.set(check.id, times);
      return times === 1 ? check : { ...check, id: `${check.id} #${times}` };
    });
}
