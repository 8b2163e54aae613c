import { checkingFindings } from './catalogue/checking.ts';
import type { FindingDefinition } from './catalogue/definition.ts';
import { drillFindings } from './catalogue/drill.ts';
import { dumpFindings } from './catalogue/dump.ts';
import { objectivesFindings } from './catalogue/objectives.ts';
import { recoveringFindings } from './catalogue/recovering.ts';
import { restoringFindings } from './catalogue/restoring.ts';
import { sandboxFindings } from './catalogue/sandbox.ts';
import { shapeFindings } from './catalogue/shape.ts';

const catalogue = {
  ...dumpFindings,
  ...shapeFindings,
  ...sandboxFindings,
  ...recoveringFindings,
  ...restoringFindings,
  ...checkingFindings,
  ...objectivesFindings,
  ...drillFindings,
};

/** The name of a finding: stable, because ledgers outlive releases and people search for it. */
export type FindingCode = keyof typeof catalogue;

/**
 * The registry of findings: every named thing that can be wrong, unproven or worth knowing, in the order of a drill.
 * docs/findings.md is generated from it; the verdict, the walk back to an older dump and the end of reading follow it.
 */
export const findingRegistry: Readonly<Record<FindingCode, FindingDefinition<FindingCode>>> = catalogue;

/** The codes whose entry meets a condition, for rules that hold for a kind of finding. */
export function codesWhere(
  holds: (definition: FindingDefinition<FindingCode>) => boolean,
): ReadonlySet<FindingCode> {
  const codes = Object.keys(findingRegistry) as FindingCode[];
  return new Set(codes.filter((code) => holds(findingRegistry[code])));
}

/** A restore that came late, or of an old dump: a promise is missed, and what was restored is as good as without. */
export const objectivesOnly = codesWhere((definition) => definition.objectivesOnly === true);
