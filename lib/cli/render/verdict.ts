import type { Finding, Severity } from '../../domain/findings/findings.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { backupWord, isBaseBackup } from '../../domain/record/backup-words.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { summaryFacts } from '../../domain/record/report/summary.ts';
import { bySeverity, reasonSentence, severityNames } from '../../domain/record/report/wording.ts';
import { wrapped } from '../../domain/record/report/wrapped-text.ts';
import { formatCount, formatCountOf, formatSeconds } from '../../domain/text/quantities.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { type Colours, coloursFor } from './colour.ts';

interface VerdictOptions {
  /** Terminal columns to lay out for. */
  width: number;
  colour: boolean;
  /** Only the verdict and its reason. */
  brief?: boolean;
  /** Where the reports lie, e.g. the folder or the Markdown file; told last. */
  reports?: string[];
}

/** Longest list of notes and warnings; errors and unverified findings are never cut. */
const longestMinorList = 5;
/** Errors at the end of a run; a dump that is wrong in every entry has as many as it has entries, and the reports list them. */
const longestGraveList = 50;
/** The end of a run names the first of what was not tested; the reports name all. */
const longestNotTested = 4;

const symbols: Record<Verdict, string> = { PROVEN: '✔', NOT_PROVEN: '✖', COULD_NOT_VERIFY: '?' };

function meaningOf(record: DrillRecord): string {
  switch (record.verdict) {
    case 'PROVEN':
      return `this ${backupWord(record)} ${isBaseBackup(record) ? 'recovers' : 'restores'}`;
    case 'NOT_PROVEN':
      return `do not rely on this ${backupWord(record)}`;
    case 'COULD_NOT_VERIFY':
      return 'nothing is proven either way';
  }
}

/** What a person reads at the end of `run`: verdict, why, findings, the facts, what was not tested, where the reports lie. */
export function renderVerdict(
  record: DrillRecord,
  { width, colour, brief = false, reports = [] }: VerdictOptions,
): string {
  const colours = coloursFor(colour);
  const verdict = `${headline(record, colours)}\n${wrapped(reasonSentence(record), '  ', '  ', width)}`;
  if (brief) return `${verdict}\n`;
  const sections = [
    verdict,
    ...findings(record, colours, width),
    summaryFacts(record)
      .map(([label, value]) => wrapped(value, `  ${colours.dim(label.padEnd(10))}`, ' '.repeat(12), width))
      .join('\n'),
    ...notTested(record, colours, width),
    ...(reports.length === 0
      ? []
      : // Paths are not wrapped: they are there to be copied.
        [
          reports
            .map(
              (path, place) =>
                `  ${colours.dim((place === 0 ? 'Reports' : '').padEnd(10))}${visibleText(path)}`,
            )
            .join('\n'),
        ]),
  ];
  return `\n${sections.join('\n\n')}\n`;
}

function headline(record: DrillRecord, colours: Colours): string {
  const paint = { PROVEN: colours.green, NOT_PROVEN: colours.red, COULD_NOT_VERIFY: colours.yellow }[
    record.verdict
  ];
  const seconds = (Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000;
  const verdict = paint(colours.bold(`${symbols[record.verdict]} ${record.verdict}`));
  return `${verdict}  ${visibleText(record.database)}: ${meaningOf(record)} ${colours.dim(`(${formatSeconds(seconds)})`)}`;
}

function findings(record: DrillRecord, colours: Colours, width: number): string[] {
  const sorted = bySeverity(record.findings);
  const grave = sorted.filter(isGrave);
  const minor = sorted.filter((finding) => !isGrave(finding));
  const paint: Record<Severity, (text: string) => string> = {
    error: colours.red,
    unverified: colours.yellow,
    warning: colours.yellow,
    info: colours.dim,
  };
  const lines = [...grave.slice(0, longestGraveList), ...minor.slice(0, longestMinorList)].map(
    ({ severity, code, message, hint }) => {
      const what = wrapped(`${severityNames[severity]} ${code}: ${message}`, '  ', '    ', width);
      // Painted after wrapping, so that no colour is part of the width; a narrow screen may have broken it.
      const lead = `  ${severityNames[severity]} ${code}:`;
      const painted = what.startsWith(lead)
        ? `  ${paint[severity](lead.trim())}${what.slice(lead.length)}`
        : what;
      return `${painted}\n${wrapped(hint, '    → ', '      ', width)}`;
    },
  );
  const graver = grave.length - longestGraveList;
  if (graver > 0) lines.push(colours.dim(`  … and ${formatCountOf(graver, 'more error')} in the reports`));
  const more = minor.length - longestMinorList;
  if (more > 0)
    lines.push(
      colours.dim(
        `  … and ${formatCount(more)} more ${more === 1 ? 'warning or note' : 'warnings and notes'} in the reports`,
      ),
    );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

const isGrave = ({ severity }: Finding) => severity === 'error' || severity === 'unverified';

function notTested(record: DrillRecord, colours: Colours, width: number): string[] {
  if (record.notTested.length === 0) return [];
  const lines = record.notTested
    .slice(0, longestNotTested)
    .map((what) => wrapped(what, '    - ', '      ', width));
  const more = record.notTested.length - longestNotTested;
  if (more > 0) lines.push(colours.dim(`    … and ${more} more in the reports`));
  return [[`  ${colours.dim('Not tested')}`, ...lines].join('\n')];
}
