import { kindTitle } from '../../checks/registry.ts';
import { formatCount, formatSeconds } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { dataTable, section } from './html/elements.ts';
import { type Content, html, htmlSentence, type Markup, shortName } from './html/markup.ts';
import { checkSentence } from './wording.ts';

type Check = DrillRecord['checks'][number];

/** Each check: what was expected, what came back, and of which part of the data. */
export function checksSection(record: DrillRecord): Markup {
  // What did not pass is read first, and is there when the list is cut.
  const ordered = [...record.checks].sort(
    (a, b) => Number(a.status === 'passed') - Number(b.status === 'passed'),
  );
  const told = record.checks.some(({ expected }) => expected !== undefined);
  return section(
    'checks',
    'Checks',
    html`<p>${checkSentence(record)}.</p>\n`,
    record.checks.length === 0
      ? null
      : dataTable({
          caption: 'Checks',
          columns: [
            { title: 'Check' },
            { title: 'Result' },
            ...(told ? [{ title: 'Expected' }, { title: 'Actual' }, { title: 'Scope' }] : []),
          ],
          rows: ordered.map((check) => [
            named(check),
            result(check),
            ...(told ? [check.expected, check.actual, check.scope].map(fact) : []),
          ]),
          rest: { what: 'checks', where: 'record.json lists all' },
          room: { most: 120, bytes: 50_000 },
        }),
  );
}

/** Its name, and below it what kind of check it is, where the name does not say so itself. */
function named({ name, kind }: Check): Markup {
  const title = kindTitle(kind);
  return html`${shortName(name)}${name.startsWith(title) ? null : html`<br><span class="soft">${shortName(title, 60)}</span>`}`;
}

function result({ status, durationMs }: Check): Markup {
  const tone = { passed: null, failed: 'bad', 'could not run': 'doubt' }[status];
  const word = tone === null ? status : html`<span class="${tone}">${status}</span>`;
  const took = durationMs < 1000 ? `${formatCount(durationMs)} ms` : formatSeconds(durationMs / 1000);
  return html`${word} <br><span class="soft whole">${took}</span>`;
}

const fact = (text: string | undefined): Content => (text === undefined ? '–' : htmlSentence(text, 400));
