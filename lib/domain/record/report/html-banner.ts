import type { Verdict } from '../../findings/verdict.ts';
import { formatBytes, formatMoment, formatSeconds } from '../../text/quantities.ts';
import { backupWord } from '../backup-words.ts';
import { dataSentence } from '../data-sentence.ts';
import type { DrillRecord } from '../drill-record.ts';
import { backupAgeSeconds } from './drill-event.ts';
import { type Content, html, htmlSentence, type Markup, shortName } from './html/markup.ts';
import type { Tone } from './html/page.ts';
import { objectiveResult, reasonSentence, verdictWords } from './wording.ts';

export const toneOf = (verdict: Verdict): Exclude<Tone, 'neutral'> =>
  (({ PROVEN: 'proven', NOT_PROVEN: 'not-proven', COULD_NOT_VERIFY: 'could-not-verify' }) as const)[verdict];

/** The sign of a verdict: told apart by its shape as well as by its colour. */
export function verdictSign(verdict: Verdict): Markup {
  const shapes: Record<Verdict, string> = {
    PROVEN: 'M7 12.5l3.5 3.5 6.5-7.5',
    NOT_PROVEN: 'M8 8l8 8M16 8l-8 8',
    COULD_NOT_VERIFY: 'M9.2 9.4a2.8 2.8 0 1 1 4 2.6c-.8.4-1.2 1-1.2 1.9M12 16.9v.1',
  };
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><circle class="disc" cx="12" cy="12" r="11"/><path class="sign" d="${shapes[verdict]}"/></svg>`;
}

const verdictTones: Record<Verdict, string> = {
  PROVEN: 'good',
  NOT_PROVEN: 'bad',
  COULD_NOT_VERIFY: 'doubt',
};

/** A verdict in a table: its word, in its colour. */
export const verdictCell = (verdict: Verdict): Markup =>
  html`<span class="${verdictTones[verdict]}">${verdictWords[verdict]}</span>`;

/** What is known at a glance: of what, the verdict and why, the backup's age, and the objectives. */
export function banner(record: DrillRecord): Markup {
  const { rto, rpo, mode, startedAt } = record;
  return html`<p class="eyebrow">${mode === 'drill' ? 'Drill' : 'Real restore'} of ${formatMoment(startedAt)}</p>
<h1>${shortName(record.database)}</h1>
<p class="verdict">${verdictSign(record.verdict)}<span>${verdictWords[record.verdict]}</span></p>
<p class="why">${htmlSentence(reasonSentence(record))}</p>
<dl class="tiles">
${[ageTile(record), objectiveTile('Recovery time (RTO)', rto), objectiveTile('Loss of data (RPO)', rpo), dataTile(record)]}</dl>
`;
}

interface Tile {
  name: string;
  value: string;
  beside: Content;
  meter?: Markup;
}

/** One figure of a banner. */
export const tile = ({ name, value, beside, meter }: Tile): Markup =>
  html`<div class="tile"><dt>${name}</dt><dd class="value">${value}</dd><dd class="beside">${beside}${meter ?? null}</dd></div>\n`;

function ageTile(record: DrillRecord): Markup {
  const age = backupAgeSeconds(record);
  const name = `Age of the ${backupWord(record)}`;
  if (record.dump === null) return tile({ name, value: 'none', beside: 'nothing was found to drill' });
  if (age === null || record.rpo.dumpPoint === null)
    return tile({ name, value: 'not known', beside: 'it does not say of when it is' });
  return tile({ name, value: formatSeconds(age), beside: `state of ${formatMoment(record.rpo.dumpPoint)}` });
}

/** What was measured, beside what was promised. */
export function objectiveTile(name: string, objective: DrillRecord['rto'] | DrillRecord['rpo']): Markup {
  const { actualSeconds, targetSeconds } = objective;
  const result = objectiveResult(objective);
  const said = result === 'missed' ? html`<span class="missed">missed</span>` : result;
  const value = actualSeconds === null ? 'not measured' : formatSeconds(actualSeconds);
  if (targetSeconds === null) return tile({ name, value, beside: 'no objective set' });
  if (actualSeconds === null) return tile({ name, value, beside: `${formatSeconds(targetSeconds)} allowed` });
  return tile({
    name,
    value,
    beside: html`${said}; ${formatSeconds(targetSeconds)} allowed`,
    meter: meter(actualSeconds / targetSeconds, result === 'missed'),
  });
}

/** How much of what was allowed was used. The text beside it says the same. */
function meter(share: number, missed: boolean): Markup {
  const percent = Number.isFinite(share) ? Math.min(100, Math.max(0.8, Math.round(share * 1000) / 10)) : 100;
  return html`<svg class="meter" width="100%" height="6" aria-hidden="true" focusable="false"><rect class="track" width="100%" height="6" rx="3"/><rect class="${missed ? 'bar missed' : 'bar'}" width="${percent}%" height="6" rx="3"/></svg>`;
}

function dataTile(record: DrillRecord): Markup {
  const { restore, dump } = record;
  if (restore === null) return tile({ name: 'Restored', value: 'nothing', beside: 'no restore took place' });
  const [first = '', ...others] = dataSentence(record.tables).split(', ').reverse();
  const size = dump === null || dump.bytes === 0 ? [] : [`${formatBytes(dump.bytes)} stored`];
  return tile({
    name: dump?.format === 'base backup' ? 'Recovered' : 'Restored',
    value: first,
    beside: [...others.reverse(), ...size].join(', '),
  });
}
