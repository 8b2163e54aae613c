import type { Severity } from './catalogue/definition.ts';
import { type FindingCode, findingRegistry } from './finding-registry.ts';

export { type FindingCode, findingRegistry, type Severity };

/** One named thing about a drill. Holds names, counts, timestamps and hashes – never a row value of the user's data. */
export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** One plain sentence with the object, count or moment it is about. */
  message: string;
  /** What to do next. */
  hint: string;
  /** Name of the check that found it, for people: names are not unique. Absent when no check found it. */
  check?: string;
  /** Id of that check, by which the finding is joined to it; absent in records made before checks had one. */
  checkId?: string;
}

/** Makes a finding from the registry; `hint` overrides the registry's default next step. */
export function finding(code: FindingCode, message: string, hint?: string): Finding {
  const { severity, hint: defaultHint } = findingRegistry[code];
  return { code, severity, message, hint: hint ?? defaultHint };
}

/** Whether the check found it. Records that hold no ids are read by name, which is the best they can say. */
export function isFoundBy(finding: Finding, check: { id?: string; name: string }): boolean {
  return finding.checkId === undefined || check.id === undefined
    ? finding.check === check.name
    : finding.checkId === check.id;
}
