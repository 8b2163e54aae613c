import { formatCount, formatCountOf, formatMoment, formatSeconds } from '../../text/quantities.ts';
import { secondsBetween } from '../../time/spans.ts';
import { dataTable, section } from '../report/html/elements.ts';
import { type Content, html, type Markup, shortName } from '../report/html/markup.ts';
import { page } from '../report/html/page.ts';
import { verdictCell } from '../report/html-banner.ts';
import { objectiveResult } from '../report/wording.ts';
import type { DatabaseDrills, SiteOptions } from './database-drills.ts';
import { databasePagePath } from './site-paths.ts';

/** All databases at a glance: those that need a look first. */
export function indexPage(databases: DatabaseDrills[], { asOf }: SiteOptions): string {
  const ordered = [...databases].sort((a, b) => rank(a) - rank(b));
  const proven = databases.filter(({ records }) => records[0]?.verdict === 'PROVEN').length;
  return page({
    title: 'Drills of all databases',
    tone: 'neutral',
    banner: html`<p class="eyebrow">As of ${formatMoment(asOf)}</p>
<h1>Proofs of backups</h1>
<p class="why">${summary(databases.length, proven)}</p>
`,
    body: section(
      'databases',
      'Databases',
      databases.length === 0
        ? html`<p>No drill is in the ledger yet.</p>\n`
        : dataTable({
            caption: 'Databases, those that are not proven first',
            columns: [
              { title: 'Database' },
              { title: 'Last verdict' },
              { title: 'Last proven' },
              { title: 'Last drill' },
              { title: 'RTO', figures: true },
              { title: 'RPO', figures: true },
              { title: 'Next drill' },
            ],
            rows: ordered.map((one) => row(one, asOf)),
            rest: { what: 'databases', where: 'the ledger has all' },
            room: { most: 1000, bytes: 230_000 },
          }),
    ),
    footer: html`<p>Made by restore-drill from the ledger. RTO and RPO are those of the last drill, with what is allowed. Times are in UTC.</p>\n`,
  });
}

function summary(all: number, proven: number): string {
  if (all === 0) return 'No drill is in the ledger yet.';
  if (proven === all)
    return all === 1
      ? 'The one database is proven.'
      : `All ${formatCount(all)} databases are proven by their last drill.`;
  return `${formatCount(proven)} of ${formatCountOf(all, 'database')} proven by the last drill.`;
}

/** Not proven before what could not be verified, before the proven ones. */
const rank = ({ records: [last] }: DatabaseDrills): number =>
  last === undefined ? 1 : { NOT_PROVEN: 0, COULD_NOT_VERIFY: 1, PROVEN: 2 }[last.verdict];

function row({ database, records, lastProven, nextDrill }: DatabaseDrills, asOf: string): Content[] {
  const [last] = records;
  return [
    html`<a href="${databasePagePath(database)}">${shortName(database, 120)}</a>`,
    last === undefined ? 'no drill yet' : verdictCell(last.verdict),
    lastProven === null ? html`<span class="bad">never</span>` : daysAgo(lastProven.endedAt, asOf),
    last === undefined ? '–' : html`<span class="whole">${last.startedAt.slice(0, 10)}</span>`,
    last === undefined ? '–' : objectiveCell(last.rto),
    last === undefined ? '–' : objectiveCell(last.rpo),
    nextDrillWords(nextDrill),
  ];
}

function nextDrillWords(nextDrill: string | null | undefined): Content {
  if (nextDrill === undefined) return 'not known';
  return nextDrill === null
    ? 'not scheduled'
    : html`<span class="whole">${nextDrill.slice(0, 16).replace('T', ' ')}</span>`;
}

/** `3 days ago`. */
export function daysAgo(moment: string, asOf: string): string {
  const days = Math.floor(secondsBetween(moment, asOf) / 86_400);
  return days <= 0 ? 'today' : `${formatCountOf(days, 'day')} ago`;
}

function objectiveCell(objective: {
  targetSeconds: number | null;
  actualSeconds: number | null;
}): Markup | string {
  const { actualSeconds, targetSeconds } = objective;
  if (actualSeconds === null) return '–';
  const actual = formatSeconds(actualSeconds);
  const missed = objectiveResult(objective) === 'missed';
  const allowed =
    targetSeconds === null ? null : html` <br><span class="soft">of ${formatSeconds(targetSeconds)}</span>`;
  return html`${missed ? html`<span class="bad">${actual}</span>` : actual}${allowed}`;
}
