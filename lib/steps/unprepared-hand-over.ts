/** What is told of an approved restore that is kept although it was not prepared for its hand-over. */

import { evidenceOf } from '../contract/evidence.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { formatCountOf, listOf } from '../domain/text/quantities.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

const tablesNamed = 10;

interface Table {
  database: string;
  table: string;
}

/** The server refused to put FORCE ROW LEVEL SECURITY back on these tables. */
export const notForcedAgain = (refused: readonly Table[]): Finding =>
  finding('HAND_OVER_REFUSED', `row level security could not be forced again on ${inWords(refused)}`);

/** Nothing was put back, or nobody knows. `reason` says why, in words. */
export async function notPrepared(
  { drillId, attempt }: Pick<DrillState, 'drillId' | 'attempt'>,
  reason: string,
  { evidence }: Pick<DrillPorts, 'evidence'>,
): Promise<Finding> {
  // That the list cannot be read hides nothing: then any table may be meant.
  const prepared = await evidence.find(evidenceOf.prepared(attempt), drillId).catch(() => null);
  const lifted = (prepared ?? []).flatMap(({ database, forcedTables }) =>
    forcedTables.flatMap(({ schema, name, lifted }) =>
      lifted ? [{ database, table: `${schema}.${name}` }] : [],
    ),
  );
  const where =
    prepared === null
      ? ', and on which tables row level security may not be forced is not known'
      : lifted.length === 0
        ? ''
        : `; row level security may not be forced on ${inWords(lifted)}`;
  return finding('HAND_OVER_REFUSED', `it was not prepared for its hand-over (${reason})${where}`);
}

const inWords = (tables: readonly Table[]): string =>
  `${formatCountOf(tables.length, 'table')}: ${listOf(
    tables.map(({ database, table }) => `${database}:${table}`),
    tablesNamed,
  )}`;
