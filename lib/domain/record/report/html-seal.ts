import { formatMoment } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { factList, section } from './html/elements.ts';
import { type Content, html, htmlSentence, type Markup, shortName } from './html/markup.ts';
import type { ReportContext } from './report-context.ts';
import { filingSentence } from './wording.ts';

/** Whether it is signed, by what it can be told from a forged one, and lines for people to sign. */
export function sealSection(record: DrillRecord, { signedBy, recordSha256 }: ReportContext): Markup {
  const facts: [string, Content][] = [
    ['Sealed', formatMoment(record.endedAt)],
    [
      'Record (SHA-256)',
      recordSha256 === undefined
        ? 'not computed for this copy of the report'
        : html`<span class="hash">${recordSha256}</span>`,
    ],
    [
      'Signature',
      signedBy === null
        ? html`<b>This page is unsigned.</b> Nothing but the place where it is kept protects it from being changed.`
        : html`Signed with the key <span class="hash">${shortName(signedBy)}</span>`,
    ],
    [
      'To verify',
      htmlSentence(
        '`sha256sum record.json` beside this page prints the same SHA-256; `restore-drill verify` holds record, reports and seal of a folder against each other, offline.',
      ),
    ],
  ];
  const line = (who: string) => html`<tr><th scope="row">${who}</th><td></td><td></td><td></td></tr>\n`;
  return section(
    'seal',
    'Seal and sign-off',
    factList(facts),
    html`<div class="scroll" role="group" aria-label="Sign-off" tabindex="0"><table class="sign">
<caption class="spoken">Sign-off</caption>
<thead><tr><th scope="col">Sign-off</th><th scope="col">Name</th><th scope="col">Date</th><th scope="col">Signature</th></tr></thead>
<tbody>
${['Carried out by', 'Reviewed by'].map(line)}</tbody>
</table></div>
<p class="note">${filingSentence}</p>\n`,
  );
}
