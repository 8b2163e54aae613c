import type { KnownBlock, RichTextElement } from '@slack/types';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { type EarlierDrills, isRecovery } from '../../../domain/record/occasions.ts';
import { backupAgeSeconds } from '../../../domain/record/report/drill-event.ts';
import {
  bySeverity,
  objectiveSentence,
  reasonSentence,
  severityNames,
  verdictReason,
} from '../../../domain/record/report/wording.ts';
import { formatSeconds } from '../../../domain/text/quantities.ts';
import { visibleText } from '../../../domain/text/visible-text.ts';
import type { ReportPlace } from './target-options.ts';

/** The body that an incoming webhook of Slack takes. */
export interface SlackMessage {
  /** For notifications, and for clients that show no blocks. */
  text: string;
  blocks: KnownBlock[];
}

/** More findings are read in the report. */
const mostFindings = 10;
/** A header of Slack takes 150 characters, a text 3000. */
const longestHeader = 150;
const longestText = 500;

const signs = { PROVEN: '✅', NOT_PROVEN: '❌', COULD_NOT_VERIFY: '⚠️' } as const;

/** A sealed drill as a message of Slack. Names stand in rich text, where no character of theirs means anything. */
export function slackMessage(
  record: DrillRecord,
  earlier: EarlierDrills | null,
  report: ReportPlace,
): SlackMessage {
  const headline = headlineOf(record, earlier);
  return {
    text: escaped(`${headline} – ${cut(verdictReason(record), longestText)}`),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cut(headline, longestHeader), emoji: false } },
      richText([[text(reasonSentence(record))]]),
      richText(factsOf(record).map(([label, value]) => [bold(`${label}: `), text(value)])),
      ...findingsOf(record),
      richText(whereOf(record, report)),
    ],
  };
}

/** What shows that messages arrive. */
export function slackTestMessage(database: string): SlackMessage {
  const said = `This is a test of restore-drill for the database ${visibleText(database)}. Nothing was drilled.`;
  return { text: escaped(said), blocks: [richText([[text(said)]])] };
}

function headlineOf(record: DrillRecord, earlier: EarlierDrills | null): string {
  const again = isRecovery(record.verdict, earlier) ? ' again' : '';
  const what = record.mode === 'restore' ? ' (restore)' : '';
  return `${signs[record.verdict]} ${visibleText(record.database)}: ${record.verdict.replaceAll('_', ' ')}${again}${what}`;
}

function factsOf(record: DrillRecord): [string, string][] {
  const age = backupAgeSeconds(record);
  return [
    ['Backup', record.dump?.key ?? 'none'],
    ...(record.dump === null
      ? []
      : [
          ['Age', age === null ? 'not known: the backup does not say' : formatSeconds(age)] as [
            string,
            string,
          ],
        ]),
    ['RTO', objectiveSentence(record.rto)],
    ['RPO', objectiveSentence(record.rpo)],
  ];
}

function findingsOf(record: DrillRecord): KnownBlock[] {
  const told = bySeverity(record.findings).filter(({ severity }) => severity !== 'info');
  if (told.length === 0) return [];
  const lines = told
    .slice(0, mostFindings)
    .flatMap(({ severity, code: name, message, hint }) => [
      [bold(`${severityNames[severity].toUpperCase()} `), code(name), text(`: ${cut(message, longestText)}`)],
      [text(`→ ${cut(hint, longestText)}`)],
    ]);
  const more = told.length - mostFindings;
  return [richText(more > 0 ? [...lines, [text(`… and ${more} more in the report`)]] : lines)];
}

const whereOf = ({ drillId }: DrillRecord, { path, link }: ReportPlace): RichTextElement[][] => [
  ...(path === null ? [] : [[text(`Report: ${path}`)]]),
  ...(link === null ? [] : [[{ type: 'link' as const, url: link.url, text: visibleText(link.label) }]]),
  [text(`Drill: ${drillId}`)],
];

/** Lines of text. Nothing in them is markup. */
const richText = (lines: RichTextElement[][]): KnownBlock => ({
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: lines.flatMap((line, index) =>
        index === 0 ? line : [{ type: 'text', text: '\n' }, ...line],
      ),
    },
  ],
});
const text = (said: string): RichTextElement => ({ type: 'text', text: visibleText(said) });
const bold = (said: string): RichTextElement => ({
  type: 'text',
  text: visibleText(said),
  style: { bold: true },
});
const code = (said: string): RichTextElement => ({
  type: 'text',
  text: visibleText(said),
  style: { code: true },
});

function cut(said: string, longest: number): string {
  const visible = visibleText(said);
  return visible.length <= longest ? visible : `${visible.slice(0, longest - 1)}…`;
}

/** Outside rich text, `<` would begin a link or call everybody. */
const escaped = (said: string): string =>
  said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
