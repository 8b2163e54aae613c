import { entryInWords } from '../../recovery/entry-words.ts';
import { formatCount, formatCountOf } from '../../text/quantities.ts';
import { isBaseBackup } from '../backup-words.ts';
import type { DrillRecord } from '../drill-record.ts';
import { outcomeWord, reasonWords } from './exception-words.ts';
import { section } from './html/elements.ts';
import { fitting, html, htmlSentence, type Markup, shortName } from './html/markup.ts';

type Exception = NonNullable<DrillRecord['restore']>['exceptions'][number];

/** Names of one group; all of them stand in the record. */
const mostNames = 15;

/** What of the dump is not in the database as it was written, those of one reason together, in words. */
export function leftOutSection(record: DrillRecord): Markup | null {
  const { restore } = record;
  if (isBaseBackup(record)) return null;
  if (restore === null)
    return section('left-out', 'Left out or changed', html`<p>Nothing was restored.</p>\n`);
  const counts =
    `Of the dump’s entries ${formatCount(restore.entriesRestored)} were restored, ${formatCount(restore.entriesChanged)} of ` +
    `them with changes; ${formatCount(restore.entriesSkipped)} were left out and ${formatCount(restore.entriesFailed)} failed.`;
  const groups = new Map<string, Exception[]>();
  for (const entry of restore.exceptions) {
    const key = JSON.stringify([entry.status, entry.reason]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const all = [...groups.values()].sort((a, b) => rank(a[0]) - rank(b[0]) || b.length - a.length);
  const shown = fitting(all, group, { most: 40, bytes: 40_000 });
  const more = all.slice(shown.length).reduce((sum, entries) => sum + entries.length, 0);
  return section(
    'left-out',
    'Left out or changed',
    html`<p>${counts}</p>\n`,
    all.length === 0 ? null : html`<div class="reasons">\n${shown}</div>\n`,
    more > 0
      ? html`<p class="more">… and ${formatCountOf(more, 'more entry', 'more entries')}: record.json lists all.</p>\n`
      : null,
  );
}

const ranks = ['failed', 'not reached', 'left out', 'changed'];

/** What needs a look first. */
const rank = (entry: Exception | undefined): number => {
  const place = ranks.indexOf(outcomeWord(entry?.status ?? ''));
  return place === -1 ? ranks.length : place;
};

function group(entries: Exception[]): Markup {
  const [first] = entries as [Exception, ...Exception[]];
  const outcome = outcomeWord(first.status);
  const { said, source } = reason(first.reason);
  const names = entries.slice(0, mostNames).map(({ type, name }) => shortName(entryInWords(type, name), 160));
  const more = entries.length - names.length;
  return html`<div class="finding">
<p class="what"><span class="severity ${rank(first) < 2 ? 'bad' : 'soft'}">${shortName(outcome, 60)}</span>${formatCountOf(entries.length, 'entry', 'entries')}</p>
<p>${said}</p>
<p class="soft">${names.join('; ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}</p>
${source === null ? null : html`<p class="code">${source}</p>\n`}</div>\n`;
}

function reason(given: string): { said: Markup; source: Markup | null } {
  const { why, rule, matches } = reasonWords(given);
  return {
    said: htmlSentence(why),
    source: rule === null ? null : html`${htmlSentence(matches ?? '')} · rule ${rule}`,
  };
}
