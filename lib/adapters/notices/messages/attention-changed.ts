import { alarmHeadings, runbookLink } from '../../../contract/alarm-names.ts';
import { formatMoment } from '../../../domain/text/quantities.ts';
import type { AttentionChange, OpenConcern } from '../../../domain/watch/attention.ts';
import type { Concern } from '../../../domain/watch/concerns.ts';
import { executionUrl, type NoticePlaces } from './console-links.ts';
import { asciiSubject, line, type Message, paragraphs } from './message.ts';

/** SNS takes 256 KB, and a concern is some 500 bytes thrice: no name is ever left out, long lists go in several messages. */
const mostPerMessage = 100;

/** What the hourly watch found: what began, what is well again, and what lasts, each by name and with its section. */
export function attentionMessages(change: AttentionChange, places: NoticePlaces): Message[] {
  const parts = pages([
    ...change.begun.map((concern) => entryOf('begun', concernLines(concern, places), concern)),
    ...change.well.map((concern) => entryOf('well', wellLines(concern, places), concern)),
    ...change.lasting.map((concern) => entryOf('lasting', lastingLine(concern), concern)),
  ]);
  return parts.map((entries, index) => ({
    subject: subjectOf(change, parts.length === 1 ? '' : ` (${index + 1} of ${parts.length})`),
    body: paragraphs(withHeadings(entries)),
    data: dataOf(entries),
  }));
}

const headings = {
  begun: 'NEEDS ATTENTION',
  well: 'WELL AGAIN',
  lasting: 'STILL NEEDS ATTENTION, as you were told',
} as const;

interface Entry {
  part: keyof typeof headings;
  lines: string[];
  concern: object;
}

const entryOf = (part: Entry['part'], lines: string[], concern: object): Entry => ({ part, lines, concern });

/** The concerns of one message, for programs. */
function dataOf(entries: Entry[]): Record<Entry['part'], object[]> {
  const of = (part: Entry['part']) =>
    entries.filter((entry) => entry.part === part).map(({ concern }) => concern);
  return { begun: of('begun'), well: of('well'), lasting: of('lasting') };
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

function pages(entries: Entry[]): Entry[][] {
  const cut: Entry[][] = [];
  for (let from = 0; from < entries.length; from += mostPerMessage)
    cut.push(entries.slice(from, from + mostPerMessage));
  return cut;
}

/** Puts entries below their headings; a page that goes on with one has it again. */
const withHeadings = (entries: Entry[]): string[][] =>
  entries.flatMap(({ part, lines }, index) =>
    entries[index - 1]?.part === part ? [lines] : [[`${headings[part]}:`], lines],
  );
