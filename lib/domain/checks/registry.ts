import { type CheckContext, type CheckKind, hookKind, type PlannedCheck } from './asking/check.ts';
import { collations } from './kinds/collations.ts';
import { constraintsValidated } from './kinds/constraints-validated.ts';
import { dataPresent } from './kinds/data-present.ts';
import { drift } from './kinds/drift.ts';
import { extensionsInstalled } from './kinds/extensions.ts';
import { foreignKeys } from './kinds/foreign-keys.ts';
import { foreignKeysHold } from './kinds/foreign-keys-hold.ts';
import { freshness } from './kinds/freshness.ts';
import { indexContent } from './kinds/index-content.ts';
import { indexesValid } from './kinds/indexes-valid.ts';
import { login } from './kinds/login.ts';
import { marker } from './kinds/marker.ts';
import { matviewsPopulated } from './kinds/matviews.ts';
import { migrations } from './kinds/migrations.ts';
import { objectsExist } from './kinds/objects.ts';
import { partitionTrees } from './kinds/partition-trees.ts';
import { recoveredState } from './kinds/recovered-state.ts';
import { rowCounts } from './kinds/row-counts.ts';
import { rows } from './kinds/rows.ts';
import { rowsReadable } from './kinds/rows-readable.ts';
import { sequencesAhead } from './kinds/sequences.ts';
import { sql } from './kinds/sql.ts';
import { tablesExist } from './kinds/tables.ts';
import { unique } from './kinds/unique.ts';
import { uniqueIndexes } from './kinds/unique-indexes.ts';
import { witness } from './kinds/witness.ts';

/** Every kind of check, in the order in which results are read: what must be there, then what it holds. */
export const checkKinds: readonly CheckKind<unknown, unknown>[] = [
  dataPresent,
  objectsExist,
  extensionsInstalled,
  rowCounts,
  rowsReadable,
  marker,
  partitionTrees,
  foreignKeysHold,
  uniqueIndexes,
  indexesValid,
  indexContent,
  collations,
  recoveredState,
  constraintsValidated,
  sequencesAhead,
  matviewsPopulated,
  witness,
  drift,
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

/** What people read for the kind of a check. Ledgers outlive releases: a kind that this one does not know is given back as it is. */
export function kindTitle(kind: string): string {
  if (kind === hookKind) return 'container of your own';
  return checkKinds.find((one) => one.kind === kind)?.title ?? kind;
}

/** Plans every check of a drill. Pure; ids are unique; each check is plain JSON below 32 KB. */
export function planChecks(context: CheckContext): PlannedCheck[] {
  const taken = new Set<string>();
  return checkKinds
    .flatMap((kind) => kind.plan(context))
    .map((check) => {
      let id = check.id;
      for (let times = 2; taken.has(id); times += 1) id = `${check.id} #${times}`;
      taken.add(id);
      return { ...check, id };
    });
}
