import { formatCount } from '../../text/quantities.ts';
import { isBaseBackup } from '../backup-words.ts';
import type { DrillRecord } from '../drill-record.ts';
import { dataTable, factList, section } from './html/elements.ts';
import { type Content, fitting, html, htmlSentence, type Markup, shortName } from './html/markup.ts';
import { page } from './html/page.ts';
import { banner, toneOf } from './html-banner.ts';
import { checksSection } from './html-checks.ts';
import { findingsSection } from './html-findings.ts';
import { leftOutSection } from './html-left-out.ts';
import { timelineSection, trendSection } from './html-plots.ts';
import { sealSection } from './html-seal.ts';
import { tablesSection } from './html-tables.ts';
import {
  type Fact,
  handOverFacts,
  identityFacts,
  objectiveFacts,
  objectiveRows,
  recoveryFacts,
} from './record-facts.ts';
import type { ReportContext } from './report-context.ts';
import { codeInWords, verdictWords } from './wording.ts';

/**
 * The drill record as one page that needs nothing beside it and asks for nothing: for who decides, and for the file. No text
 * of the record can become markup, and none makes it heavy.
 */
export function renderHtml(record: DrillRecord, context: ReportContext): string {
  const parts: { id: string; title: string; content: Markup | null }[] = [
    { id: 'findings', title: 'Findings', content: findingsSection(record) },
    { id: 'objectives', title: 'Objectives', content: objectivesSection(record) },
    { id: 'timeline', title: 'Timeline', content: timelineSection(record) },
    { id: 'trend', title: 'Over time', content: trendSection(record, context) },
    { id: 'checks', title: 'Checks', content: checksSection(record) },
    { id: 'tables', title: 'Tables', content: tablesSection(record, context) },
    { id: 'hand-over', title: 'Hand-over', content: handOverSection(record) },
    { id: 'attempts', title: 'Backups tried', content: attemptsSection(record) },
    { id: 'left-out', title: 'Left out or changed', content: leftOutSection(record) },
    { id: 'not-tested', title: 'Not tested', content: notTestedSection(record) },
    { id: 'drill', title: 'This drill', content: drillSection(record, context) },
    { id: 'seal', title: 'Seal', content: sealSection(record, context) },
  ];
  const present = parts.filter(({ content }) => content !== null);
  return page({
    title: `${shortName(record.database, 80)}: ${verdictWords[record.verdict].toLowerCase()}, ${record.startedAt.slice(0, 10)}`,
    tone: toneOf(record.verdict),
    contents: present,
    banner: banner(record),
    body: present.map(({ content }) => content),
    footer: html`<p>Made by restore-drill ${shortName(record.software.version, 40)} from record.json of this drill. Times are in UTC.</p>\n`,
  });
}

const safeFacts = (facts: Fact[]): [string, Content][] =>
  facts.map(([name, value]) => [name, shortName(value, 600)]);

function objectivesSection(record: DrillRecord): Markup {
  const result = (text: string) => (text === 'missed' ? html`<span class="bad">missed</span>` : text);
  return section(
    'objectives',
    'Objectives',
    dataTable({
      caption: 'Objectives, promised and achieved',
      columns: [{ title: 'Objective' }, { title: 'Target' }, { title: 'Achieved' }, { title: 'Result' }],
      rows: objectiveRows(record).map(([name = '', target = '', achieved = '', met = '']) => [
        name === 'RTO' ? 'Recovery time (RTO)' : 'Loss of data (RPO)',
        target,
        achieved,
        result(met),
      ]),
    }),
    html`<h3>What they are measured by</h3>\n`,
    factList(safeFacts(objectiveFacts(record))),
  );
}

function handOverSection({ handOver: kept }: DrillRecord): Markup | null {
  if (kept === undefined) return null;
  return section(
    'hand-over',
    'Hand-over',
    factList(safeFacts(handOverFacts(kept))),
    kept.remaining.length === 0 ? null : html`<h3>What remains to do</h3>\n${sentences(kept.remaining)}`,
  );
}

function attemptsSection(record: DrillRecord): Markup | null {
  if (record.attempts.length < 2) return null;
  const word = isBaseBackup(record) ? 'Base backup' : 'Dump';
  return section(
    'attempts',
    `${word}s tried, newest first`,
    dataTable({
      caption: `${word}s tried`,
      columns: [{ title: word }, { title: 'Verdict' }, { title: 'Findings' }],
      rows: record.attempts.map(({ key, verdict, findingCodes }) => [
        shortName(key),
        verdictWords[verdict],
        findingCodes.length === 0
          ? 'none'
          : findingCodes.map(
              (code, place) => html`${place === 0 ? null : html`; <br>`}${shortName(codeInWords(code), 240)}`,
            ),
      ]),
      rest: { what: 'attempts', where: 'record.json lists all' },
      room: { most: 40, bytes: 12_000 },
    }),
  );
}

function notTestedSection({ notTested }: DrillRecord): Markup {
  return section(
    'not-tested',
    'Not tested',
    notTested.length === 0 ? html`<p>This record names nothing.</p>\n` : sentences(notTested),
  );
}

function sentences(all: string[]): Markup {
  const item = (what: string): Markup => html`<li>${htmlSentence(what)}</li>\n`;
  const items = fitting(all, item, { most: 100, bytes: 20_000 });
  const more = all.length - items.length;
  return html`<ul class="plain">\n${items}</ul>\n${more > 0 ? html`<p class="more">… and ${formatCount(more)} more: record.json lists all.</p>\n` : null}`;
}

function drillSection(record: DrillRecord, context: ReportContext): Markup {
  const recovery = recoveryFacts(record);
  // They stand in the banner or in the section on the seal.
  const facts = identityFacts(record, context).filter(([name]) => name !== 'Date' && name !== 'Seal');
  return section(
    'drill',
    'This drill',
    factList(safeFacts(facts)),
    recovery.length === 0 ? null : html`<h3>Recovery</h3>\n${factList(safeFacts(recovery))}`,
  );
}
