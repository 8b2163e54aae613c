/** What the checks of one attempt leave behind, for the steps after them. */

import type { CheckResult, PlannedCheck } from './asking/check.ts';

/** Every question that an attempt asks, in the order of its pointers, and what nobody asks. */
export interface CheckPlan {
  planned: PlannedCheck[];
  /** Plain sentences: what these checks do not test. */
  notTested: string[];
}

/** A check's result with the moment it came, ISO 8601: RTO ends with the last one that passed. */
export interface StoredCheckResult {
  result: CheckResult;
  endedAt: string;
}

/** A table whose FORCE ROW LEVEL SECURITY was met, and whether it was lifted for the checks. */
export interface ForcedTable {
  schema: string;
  name: string;
  lifted: boolean;
  /** SQLSTATE of the refusal when it could not be lifted, else null. Checks of such a table cannot run. */
  sqlState: string | null;
}

/** What was changed in one database so that checks can see every row. Undone before hand-over. */
export interface PreparedDatabase {
  database: string;
  forcedTables: ForcedTable[];
}
