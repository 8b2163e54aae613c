import type { Finding } from '../../../domain/findings/findings.ts';
import { bySeverity, severityNames } from '../../../domain/record/report/wording.ts';
import { shortened } from '../../../domain/text/shortened.ts';
import { visibleText } from '../../../domain/text/visible-text.ts';

/** What is published to the topic. */
export interface Message {
  /** ASCII, one line, below 100 characters: SNS refuses anything else, and cuts nothing. */
  subject: string;
  body: string;
  /** What it says, for programs. Names, counts and moments; no link that answers an approval. */
  data: object;
}

/** SNS: "less than 100 characters long". */
const longestSubject = 99;
/** SNS takes 256 KB; a mail of more than some pages is not read at night. */
const mostFindings = 20;
const longestLine = 600;

/** A subject that SNS takes: other letters become `?`, and what is too long ends in dots. */
export function asciiSubject(text: string): string {
  const ascii = visibleText(text)
    .replace(/[^\x20-\x7e]/g, '?')
    .trim();
  return ascii.length <= longestSubject ? ascii : `${ascii.slice(0, longestSubject - 3)}...`;
}

/** Joins paragraphs; empty ones are left out. */
export function paragraphs(parts: (string | string[] | null)[]): string {
  return `${parts
    .filter((part) => part !== null && part.length > 0)
    .map((part) => (Array.isArray(part) ? part.join('\n') : part))
    .join('\n\n')}\n`;
}

/** Names come from dumps and configurations: on one line, nothing invisible, not endless. */
export const line = (text: string): string => shortened(text, longestLine);

/** `  Label:      value` for each fact, in one column. */
export function factLines(facts: [label: string, value: string | null][]): string[] {
  const known = facts.filter((fact): fact is [string, string] => fact[1] !== null);
  const width = Math.max(...known.map(([label]) => label.length), 0) + 2;
  return known.map(([label, value]) => `  ${`${label}:`.padEnd(width)}${line(value)}`);
}

/** Findings, gravest first, each with what to do next; notes are left to the report. */
export function findingLines(findings: Finding[]): string[] {
  const told = bySeverity(findings).filter(({ severity }) => severity !== 'info');
  const lines = told
    .slice(0, mostFindings)
    .flatMap(({ severity, code, message, hint }) => [
      `  ${severityNames[severity].toUpperCase()} ${code}: ${line(message)}`,
      `    -> ${line(hint)}`,
    ]);
  const more = told.length - mostFindings;
  return more > 0 ? [...lines, `  ... and ${more} more: see the report.`] : lines;
}
