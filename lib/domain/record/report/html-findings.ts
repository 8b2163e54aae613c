import { type Finding, type FindingCode, findingRegistry } from '../../findings/findings.ts';
import { formatCount, formatCountOf } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { section } from './html/elements.ts';
import { fitting, html, htmlSentence, type Markup, shortName } from './html/markup.ts';
import { asSentence, bySeverity, severityNames } from './wording.ts';

type Cause = (typeof findingRegistry)[FindingCode]['blames'] | 'unknown';

/** Where to look, gravest place first. */
const causes: Record<Cause, string> = {
  dump: 'In this backup',
  source: 'In production, or in the job that backs it up',
  sandbox: 'In what it was restored into',
  drill: 'In what was asked, promised or configured',
  unknown: 'Of another release',
};

const mostMessages = 12;
const longestOfMany = 300;
const longestHint = 600;

/** Findings by where their cause lies, those of one kind together, each with what to do. */
export function findingsSection({ findings }: DrillRecord): Markup {
  if (findings.length === 0) return section('findings', 'Findings', html`<p>None.</p>\n`);
  const groups = (Object.keys(causes) as Cause[])
    .map((cause) => ({ cause, findings: bySeverity(findings).filter((one) => causeOf(one) === cause) }))
    .filter((group) => group.findings.length > 0)
    .sort((a, b) => gravity(a.findings) - gravity(b.findings));
  return section(
    'findings',
    'Findings',
    groups.map((group) => html`<h3>${causes[group.cause]}</h3>\n${findingList(group.findings)}`),
  );
}

const order = Object.keys(severityNames);
const gravity = (findings: Finding[]): number =>
  Math.min(...findings.map(({ severity }) => order.indexOf(severity)));

/** Ledgers outlive releases: a code that this one does not know has no entry. */
const definitionOf = ({ code }: Finding) =>
  Object.hasOwn(findingRegistry, code) ? findingRegistry[code] : null;

const causeOf = (finding: Finding): Cause => definitionOf(finding)?.blames ?? 'unknown';

function findingList(findings: Finding[]): Markup {
  const kinds = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.code} ${finding.severity}`;
    kinds.set(key, [...(kinds.get(key) ?? []), finding]);
  }
  const all = [...kinds.values()];
  const shown = fitting(all, findingKind, { most: 60, bytes: 30_000 });
  const more = all.slice(shown.length).reduce((sum, kind) => sum + kind.length, 0);
  return html`<div>\n${shown}</div>\n${more > 0 ? html`<p class="more">… and ${formatCountOf(more, 'more finding')}: record.json lists all.</p>\n` : null}`;
}

/** Findings of one code: what it means once, what was found each time, and what to do. */
function findingKind(findings: Finding[]): Markup {
  const [first] = findings as [Finding, ...Finding[]];
  const tone = { error: 'bad', unverified: 'doubt', warning: 'doubt', info: 'soft' }[first.severity];
  const meaning = definitionOf(first)?.meaning;
  const hints = [...new Set(findings.map(({ hint }) => hint))];
  const messages = findings
    .slice(0, mostMessages)
    .map((one) => said(one, findings.length === 1 ? undefined : longestOfMany));
  const more = findings.length - messages.length;
  return html`<div class="finding">
<p class="what"><span class="severity ${tone}">${severityNames[first.severity]}</span>${messages.length === 1 ? messages : htmlSentence(meaning ?? 'Found several times.')}</p>
${messages.length === 1 ? null : html`<ul>${messages.map((message) => html`<li>${message}</li>`)}${more > 0 ? html`<li>and ${formatCount(more)} more, in record.json</li>` : null}</ul>\n`}${hints.slice(0, 3).map((hint) => html`<p class="do"><b>What to do:</b> ${htmlSentence(hint, longestHint)}</p>\n`)}<p class="code">${messages.length === 1 && meaning !== undefined ? html`${htmlSentence(meaning)} ` : null}<span class="spoken">Code: </span>${shortName(first.code, 60)}</p>
</div>\n`;
}

function said({ message, check }: Finding, most?: number): Markup {
  const text = htmlSentence(asSentence(message), most);
  return check === undefined
    ? text
    : html`${text} <span class="soft">(check: ${shortName(check, 120)})</span>`;
}
