import { formatMoment } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { factList, section } from './html/elements.ts';
import { type Content, html, htmlSentence, type Markup } from './html/markup.ts';
import { sealSentences } from './known-seal.ts';
import type { ReportContext } from './report-context.ts';
import { filingSentence } from './wording.ts';

/** Whether it is signed, by what it can be told from a forged one, and lines for people to sign. */
export function sealSection(record: DrillRecord, { seal, recordSha256 }: ReportContext): Markup {
  const facts: [string, Content][] = [
    ['Sealed', formatMoment(record.endedAt)],
    [
      'Record (SHA-256)',
      recordSha256 === undefined
        ? 'not computed for this copy of the report'
        : html`<span class="hash">${recordSha256}</span>`,
    ],
    ['Signature', htmlSentence(sealSentences(seal))],
    [
      'To verify',
      htmlSentence(
        `${seal.state === 'found' ? '`restore-drill report ID --out DIR` fetches the files as they were sealed. There ' : 'Beside this page '}\`sha256sum record.json\` prints the same SHA-256, and \`restore-drill verify DIR --key FILE\` holds record, reports and seal against each other, offline.`,
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
