import type { Severity } from '../../findings/findings.ts';
import type { DrillRecord } from '../drill-record.ts';
import { bySeverity, verdictReason } from './wording.ts';

const levels: Record<Severity, 'error' | 'warning' | 'notice'> = {
  error: 'error',
  unverified: 'error',
  warning: 'warning',
  info: 'notice',
};

/** GitHub shows ten of a kind for each step; the one line of the verdict comes first. */
const mostOfLevel = 9;

/**
 * A record as annotations of GitHub Actions
 * (https://docs.github.com/actions/reference/workflow-commands-for-github-actions): the verdict, then each finding with
 * what to do. One command on each line; no text can end its line or begin another command.
 */
export function githubAnnotations(record: DrillRecord): string[] {
  const { verdict, database } = record;
  const level = verdict === 'PROVEN' ? 'notice' : 'error';
  const shown = new Map<string, number>();
  const findings = bySeverity(record.findings).flatMap(({ severity, code, message, hint }) => {
    const one = levels[severity];
    const count = (shown.get(one) ?? 0) + 1;
    shown.set(one, count);
    return count > mostOfLevel ? [] : [command(one, `${code} (${database})`, `${message} → ${hint}`)];
  });
  return [command(level, `${verdict.replaceAll('_', ' ')}: ${database}`, verdictReason(record)), ...findings];
}

const command = (level: string, title: string, message: string): string =>
  `::${level} title=${property(title)}::${escaped(message)}`;

/** As the toolkit of GitHub escapes them (actions/toolkit, packages/core/src/command.ts). */
const escaped = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
