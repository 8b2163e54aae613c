import type { Severity } from '../../findings/findings.ts';
import { entryInWords } from '../../recovery/entry-words.ts';
import { formatCount, formatMoment, formatSeconds } from '../../text/quantities.ts';
import { visibleText } from '../../text/visible-text.ts';
import type { DrillRecord } from '../drill-record.ts';
import { outcomeWord, reasonWords } from './exception-words.ts';
import { type Painting, unpainted } from './painting.ts';
import { summaryFacts } from './summary.ts';
import { terminalTable } from './terminal-table.ts';
import { bySeverity, reasonSentence, severityNames } from './wording.ts';
import { wrapped } from './wrapped-text.ts';

const longestList = 40;

/** One record in full for a terminal. `show --format json` gives what is cut off here. */
export function renderShow(record: DrillRecord, width = 80, painting = unpainted): string {
  const section = (title: string, lines: string[]): string[] =>
    lines.length === 0 ? [] : [`${painting.heading(title)}\n${lines.join('\n')}`];
  const facts: [string, string][] = [
    ['Drill', `${record.drillId} (${record.mode}, by ${record.operator})`],
    ['Time', `${formatMoment(record.startedAt)} to ${formatMoment(record.endedAt)}`],
    ...summaryFacts(record),
  ];
  const sections = [
    `${visibleText(record.database)}: ${painting.verdict(record.verdict, record.verdict)}`,
    wrapped(reasonSentence(record), '', '', width),
    facts
      .map(([label, value]) => wrapped(value, painting.dim(label.padEnd(10)), ' '.repeat(10), width))
      .join('\n'),
    ...section('Findings', findings(record, width, painting)),
    ...section(
      'Steps',
      record.phases.map((p) =>
        wrapped(p.name, `${formatSeconds(p.seconds).padStart(12)}  `, ' '.repeat(14), width),
      ),
    ),
    ...section(
      'Checks',
      table(
        record.checks.length,
        [
          { header: 'RESULT', cells: record.checks.map((check) => check.status) },
          { header: 'CHECK', cells: record.checks.map((check) => check.name), leastWidth: 20 },
          {
            header: 'TIME',
            cells: record.checks.map((check) => `${formatCount(check.durationMs)} ms`),
            align: 'right',
            dropOrder: 1,
          },
        ],
        width,
      ),
    ),
    ...section(
      'Tables',
      table(
        record.tables.length,
        [
          { header: 'ROWS', cells: record.tables.map(({ rows }) => formatCount(rows)), align: 'right' },
          {
            header: 'TABLE',
            cells: record.tables.map(({ schema, name }) => `${schema}.${name}`),
            leastWidth: 20,
            keep: 'end',
          },
          {
            header: 'DATABASE',
            cells: record.tables.map(({ database }) => database),
            leastWidth: 10,
            dropOrder: 1,
          },
        ],
        width,
      ),
    ),
    ...section('Left out, changed or failed while restoring', exceptions(record, width)),
    ...section(
      'Not tested',
      record.notTested.map((what) => wrapped(what, '  - ', '    ', width)),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

function findings(record: DrillRecord, width: number, painting: Painting): string[] {
  return bySeverity(record.findings).flatMap(({ severity, code, message, hint }) => [
    painted(
      wrapped(`${severityNames[severity]} ${code}: ${message}`, '  ', '    ', width),
      severity,
      painting,
    ),
    wrapped(hint, '    → ', '      ', width),
  ]);
}

/** The word for the severity, which a line begins with; painted after wrapping, so that no colour counts as width. */
function painted(line: string, severity: Severity, painting: Painting): string {
  const lead = `  ${severityNames[severity]}`;
  return line.startsWith(lead)
    ? `  ${painting.severity(severity, lead.trim())}${line.slice(lead.length)}`
    : line;
}

function exceptions({ restore }: DrillRecord, width: number): string[] {
  const all = restore?.exceptions ?? [];
  const lines = all
    .slice(0, longestList)
    .map(({ type, name, status, reason }) =>
      wrapped(
        `${outcomeWord(status)}: ${entryInWords(type, name)}: ${reasonWords(reason).why}`,
        '  - ',
        '    ',
        width,
      ),
    );
  return [...lines, ...rest(all.length)];
}

function table(rows: number, columns: Parameters<typeof terminalTable>[0], width: number): string[] {
  if (rows === 0) return [];
  const shown = columns.map((column) => ({ ...column, cells: column.cells.slice(0, longestList) }));
  const lines = terminalTable(shown, width - 2).split('\n');
  return [...lines.map((line) => `  ${line}`), ...rest(rows)];
}

function rest(count: number): string[] {
  return count > longestList
    ? [`  … and ${formatCount(count - longestList)} more; --format json lists all`]
    : [];
}
