import { alarmHeadings, runbookLink } from '../../../contract/alarm-names.ts';
import { formatMoment } from '../../../domain/text/quantities.ts';
import type { AttentionChange, OpenConcern } from '../../../domain/watch/attention.ts';
import type { Concern } from '../../../domain/watch/concerns.ts';
import { executionUrl, type NoticePlaces } from './console-links.ts';
import { asciiSubject, line, type Message, paragraphs } from './message.ts';

/** SNS takes 256 KB, and a concern is some 500 bytes: no name is ever left out, long lists go in several messages. */
const mostPerMessage = 150;

/** What the hourly watch found: what began, what is well again, and what lasts, each by name and with its section. */
export function attentionMessages(change: AttentionChange, places: NoticePlaces): Message[] {
  const begun = change.begun.map((concern) => concernLines(concern, places));
  const well = change.well.map((concern) => wellLines(concern, places));
  const lasting = change.lasting.map((concern) => lastingLine(concern));
  const parts = pages([
    ['NEEDS ATTENTION', begun],
    ['WELL AGAIN', well],
    ['STILL NEEDS ATTENTION, as you were told', lasting],
  ]);
  return parts.map((part, index) => ({
    subject: subjectOf(change, parts.length === 1 ? '' : ` (${index + 1} of ${parts.length})`),
    body: paragraphs(part),
  }));
}

function subjectOf({ begun, well }: AttentionChange, ending: string): string {
  const what = begun.length > 0 ? `${count(begun)} need attention` : `${count(well)} well again`;
  const text =
    begun.length === 1 || (begun.length === 0 && well.length === 1)
      ? single(begun[0] ?? well[0]!, begun.length > 0)
      : what;
  return asciiSubject(`[restore-drill] ${text}${ending}`);
}

const single = ({ database, kind }: Pick<Concern, 'database' | 'kind'>, begun: boolean): string =>
  `${database ?? 'the deployment'}: ${begun ? '' : 'well again - '}${alarmHeadings[kind]}`;

/** `3 things of shop, wiki` */
function count(concerns: Pick<Concern, 'database'>[]): string {
  const names = [...new Set(concerns.map(({ database }) => database ?? 'the deployment'))];
  return `${concerns.length} things of ${names.join(', ')}`;
}

function concernLines({ kind, database, says, drillId }: Concern, places: NoticePlaces): string[] {
  const link = runbookLink(places.runbook, alarmHeadings[kind]);
  return [
    `${line(database ?? 'The deployment')}: ${alarmHeadings[kind]}`,
    `  ${line(says)}`,
    ...(drillId === null
      ? []
      : [`  Drill:      ${line(drillId)}`, `  Execution:  ${executionUrl(places, drillId)}`]),
    `  What to do: ${link}`,
  ];
}

const wellLines = ({ kind, database, since, drillId }: OpenConcern, places: NoticePlaces): string[] => [
  `${line(database ?? 'The deployment')}: ${alarmHeadings[kind]} - no longer, since ${formatMoment(since)}`,
  ...(drillId === null ? [] : [`  Drill:      ${line(drillId)}`]),
  `  What it was: ${runbookLink(places.runbook, alarmHeadings[kind])}`,
];

const lastingLine = ({ kind, database, since, drillId }: Concern & { since: string }): string[] => [
  `${line(database ?? 'The deployment')}: ${alarmHeadings[kind]}, since ${formatMoment(since)}${drillId === null ? '' : `, drill ${line(drillId)}`}`,
];

/** Puts entries below their headings, a heading again on each page that goes on with it. */
function pages(sections: [heading: string, entries: string[][]][]): string[][][] {
  const all = sections.flatMap(([heading, entries]) => entries.map((entry) => ({ heading, entry })));
  const cut: string[][][] = [];
  for (let from = 0; from < all.length; from += mostPerMessage) {
    const page: string[][] = [];
    let heading = '';
    for (const one of all.slice(from, from + mostPerMessage)) {
      if (one.heading !== heading) page.push([`${one.heading}:`]);
      heading = one.heading;
      page.push(one.entry);
    }
    cut.push(page);
  }
  return cut;
}
