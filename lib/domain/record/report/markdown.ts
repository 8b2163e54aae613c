import { kindTitle } from '../../checks/registry.ts';
import { entryInWords } from '../../recovery/entry-words.ts';
import { formatBytes, formatCount, formatMoment, formatSeconds } from '../../text/quantities.ts';
import { isBaseBackup } from '../backup-words.ts';
import { dataSentence } from '../data-sentence.ts';
import type { DrillRecord } from '../drill-record.ts';
import { phaseSpeeds } from '../trend.ts';
import { outcomeWord, reasonWords } from './exception-words.ts';
import { forecastBasis, forecastRows, forecastTitles } from './forecast-words.ts';
import { markdownSentence, markdownTable, markdownText } from './markdown-text.ts';
import {
  type Fact,
  handOverFacts,
  identityFacts,
  objectiveFacts,
  objectiveRows,
  recoveryFacts,
} from './record-facts.ts';
import type { ReportContext } from './report-context.ts';
import {
  bySeverity,
  checkSentence,
  codeInWords,
  filingSentence,
  severityNames,
  verdictReason,
  verdictWords,
} from './wording.ts';

/** Longest list in the Markdown record; the JSON record has no limit. Keeps a record of 5,000 partitions readable. */
const longestList = 200;

/**
 * The drill record to file: everything an auditor asks of one drill, with lines to sign. CommonMark with GFM tables. No
 * text of the record can become markup.
 */
export function renderMarkdown(record: DrillRecord, context: ReportContext): string {
  const sections = [
    `# Drill record: ${markdownText(record.database)}`,
    `**${markdownText(record.verdict)}** – ${markdownSentence(verdictReason(record))}`,
    markdownTable(['Drill', ''], markdownFacts(identityFacts(record, context))),
    '## Objectives',
    ...objectives(record),
    ...forecast(record),
    ...(record.recovered === undefined
      ? []
      : ['## Recovery', markdownTable(['Recovered', ''], markdownFacts(recoveryFacts(record)))]),
    '## Steps',
    steps(record),
    '## Validation results',
    ...validation(record),
    '## Issues',
    issues(record),
    '## Follow-ups',
    followUps(record),
    ...handOver(record),
    ...attempts(record),
    ...(isBaseBackup(record) ? [] : ['## Left out, changed or failed while restoring', exceptions(record)]),
    '## Not tested',
    record.notTested.length === 0
      ? 'This record names nothing.'
      : record.notTested.map((what) => `- ${markdownSentence(what)}`).join('\n'),
    '## Sign-off',
    markdownTable(
      ['', 'Name', 'Date', 'Signature'],
      [
        ['Carried out by', '', '', ''],
        ['Reviewed by', '', '', ''],
      ],
    ),
    filingSentence,
  ];
  return `${sections.join('\n\n')}\n`;
}

const markdownFacts = (facts: Fact[]): string[][] =>
  facts.map(([name, value]) => [name, markdownText(value)]);

const objectives = (record: DrillRecord): string[] => [
  markdownTable(['Objective', 'Target', 'Achieved', 'Result'], objectiveRows(record)),
  objectiveFacts(record)
    .map(([name, value]) => `- ${name}: ${markdownText(value)}`)
    .join('\n'),
];

/** Of the drills to come. */
function forecast({ forecast: made }: DrillRecord): string[] {
  if (made === undefined) return [];
  const rows = forecastRows(made).map((row) => row.map(markdownText));
  return [
    '## Forecast',
    ...(rows.length === 0 ? [] : [markdownTable(forecastTitles(made), rows)]),
    forecastBasis(made)
      .map((sentence) => `- ${markdownSentence(sentence)}`)
      .join('\n'),
  ];
}

/** Of a real restore that was kept: where the database is, and what is left to do. */
function handOver({ handOver: kept }: DrillRecord): string[] {
  if (kept === undefined) return [];
  const rows = markdownFacts(handOverFacts(kept));
  return [
    '## Hand-over',
    markdownTable(['Restored database', ''], rows),
    kept.remaining.map((what) => `- [ ] ${markdownSentence(what)}`).join('\n'),
  ];
}

function steps(record: DrillRecord): string {
  if (record.phases.length === 0) return 'None was begun.';
  const speeds = phaseSpeeds(record.phases);
  const rows = record.phases.map((phase, place) => {
    const bytes = speeds[place]?.bytesPerSecond ?? null;
    const perSecond = speeds[place]?.rowsPerSecond ?? null;
    return [
      markdownText(phase.name),
      markdownText(formatMoment(phase.startedAt)),
      formatSeconds(phase.seconds),
      phase.bytes === undefined
        ? ''
        : formatBytes(phase.bytes) + (bytes === null ? '' : ` (${formatBytes(bytes)}/s)`),
      phase.rows === undefined
        ? ''
        : formatCount(phase.rows) + (perSecond === null ? '' : ` (${formatCount(perSecond)}/s)`),
    ];
  });
  return markdownTable(['Step', 'Start', 'Duration', 'Bytes', 'Rows'], rows);
}

function validation(record: DrillRecord): string[] {
  const told = record.checks.some(({ expected }) => expected !== undefined);
  const facts = told ? ['Scope', 'Expected', 'Actual'] : [];
  const checks = record.checks.map((check) => [
    markdownText(check.name),
    markdownText(kindTitle(check.kind)),
    check.status === 'passed' ? 'passed' : `**${markdownText(check.status)}**`,
    `${formatCount(check.durationMs)} ms`,
    ...(told ? [check.scope, check.expected, check.actual].map((text) => markdownText(text ?? '')) : []),
  ]);
  const tables = record.tables.map(({ database, schema, name, rows }) => [
    markdownText(database),
    markdownText(`${schema}.${name}`),
    formatCount(rows),
  ]);
  return [
    `Checks: ${checkSentence(record)}. ${isBaseBackup(record) ? 'Recovered' : 'Restored'}: ${dataSentence(record.tables)}.`,
    ...(checks.length === 0 ? [] : [markdownTable(['Check', 'Kind', 'Result', 'Time', ...facts], checks)]),
    ...(tables.length === 0
      ? []
      : limited(tables, 'tables', (rows) => markdownTable(['Database', 'Table', 'Rows'], rows))),
  ];
}

function issues(record: DrillRecord): string {
  if (record.findings.length === 0) return 'None.';
  return bySeverity(record.findings)
    .map(({ severity, code, message, hint, check }) => {
      const from = check === undefined ? '' : ` (check: ${markdownText(check)})`;
      const what = `- **${severityNames[severity]}** ${markdownText(code)}: ${markdownSentence(message)}${from}`;
      return `${what}\n  - ${markdownSentence(hint)}`;
    })
    .join('\n');
}

function followUps(record: DrillRecord): string {
  const open = bySeverity(record.findings).filter(({ severity }) => severity !== 'info');
  if (open.length === 0) return 'None.';
  const lines = open.map(
    ({ code, hint }) => `- [ ] ${markdownText(code)}: ${markdownSentence(hint)} Owner: ____ Due: ____`,
  );
  return [...new Set(lines)].join('\n');
}

function attempts(record: DrillRecord): string[] {
  if (record.attempts.length < 2) return [];
  const rows = record.attempts.map((attempt) => [
    markdownText(attempt.key),
    verdictWords[attempt.verdict],
    attempt.findingCodes.map((code) => markdownText(codeInWords(code))).join('; '),
  ]);
  const word = isBaseBackup(record) ? 'Base backup' : 'Dump';
  return [`## ${word}s tried, newest first`, markdownTable([word, 'Verdict', 'Findings'], rows)];
}

function exceptions({ restore }: DrillRecord): string {
  if (restore === null) return 'Nothing was restored.';
  const counts =
    `Entries of the dump: ${formatCount(restore.entriesRestored)} restored, ${formatCount(restore.entriesChanged)} ` +
    `restored with changes, ${formatCount(restore.entriesSkipped)} left out, ${formatCount(restore.entriesFailed)} failed.`;
  const rows = restore.exceptions.map((entry) => [
    markdownText(entry.database),
    markdownText(entryInWords(entry.type, entry.name)),
    markdownText(outcomeWord(entry.status)),
    exceptionReason(entry.reason),
  ]);
  if (rows.length === 0) return counts;
  const table = (some: string[][]) => markdownTable(['Database', 'Entry', 'Outcome', 'Reason'], some);
  return [counts, ...limited(rows, 'entries', table)].join('\n\n');
}

function exceptionReason(given: string): string {
  const { why, rule } = reasonWords(given);
  return rule === null ? markdownText(why) : `${markdownText(why)} (rule ${markdownText(rule)})`;
}

function limited(rows: string[][], what: string, render: (rows: string[][]) => string): string[] {
  const table = render(rows.slice(0, longestList));
  const more = rows.length - longestList;
  return more <= 0 ? [table] : [table, `… and ${formatCount(more)} more ${what}: the JSON record lists all.`];
}
