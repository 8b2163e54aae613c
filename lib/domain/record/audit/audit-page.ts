import { formatCount, formatCountOf, formatMoment, formatSeconds } from '../../text/quantities.ts';
import type { DrillRecord } from '../drill-record.ts';
import { dataTable, section } from '../report/html/elements.ts';
import { type Content, html, htmlSentence, type Markup, shortName } from '../report/html/markup.ts';
import { page } from '../report/html/page.ts';
import { verdictCell } from '../report/html-banner.ts';
import { objectiveResult } from '../report/wording.ts';
import { type AuditedDatabase, type AuditPeriod, decisionOf, drillsIn, lastDayOf } from './audit-input.ts';
import { controls } from './controls.ts';
import { type AuditException, exceptionsOf } from './exceptions.ts';
import { dueRuns } from './scheduled-runs.ts';

/** The export of a period for who audits it: what was due and done, what was not as it should be, and what it is evidence of. */
export function auditPage(databases: AuditedDatabase[], period: AuditPeriod): string {
  const drills = databases.flatMap((audited) => drillsIn(audited, period));
  const exceptions = databases.flatMap((audited) => exceptionsOf(audited, period));
  const open = exceptions.filter((one) => one.open);
  const proven = drills.filter(({ verdict }) => verdict === 'PROVEN').length;
  const parts = [
    { id: 'databases', title: 'Databases', content: databasesSection(databases, period) },
    { id: 'exceptions', title: 'Exceptions', content: exceptionsSection(exceptions) },
    { id: 'schedule', title: 'Scheduled and carried out', content: scheduleSection(databases, period) },
    { id: 'decisions', title: 'Real restores', content: decisionsSection(drills) },
    { id: 'drills', title: 'Drills', content: drillsSection(drills) },
    { id: 'controls', title: 'What this is evidence of', content: controlsSection() },
    { id: 'sign-off', title: 'Sign-off', content: signOff() },
  ];
  return page({
    title: `Drills from ${period.from.slice(0, 10)} to ${lastDayOf(period)}`,
    tone: 'neutral',
    contents: parts,
    banner: html`<p class="eyebrow">Made ${formatMoment(period.asOf)}</p>
<h1>Proofs of backups, ${whole(period.from.slice(0, 10))} to ${whole(lastDayOf(period))}</h1>
<p class="why">${formatCountOf(drills.length, 'drill')} of ${formatCountOf(databases.length, 'database')}, ${formatCount(proven)} of them proven; ${exceptions.length === 0 ? 'no exception' : formatCountOf(exceptions.length, 'exception')}${exceptions.length === 0 ? '' : open.length === 0 ? ', none still open' : `, ${formatCount(open.length)} still open`}.</p>
`,
    body: parts.map(({ content }) => content),
    footer: html`<p>Made by restore-drill from the ledger; drills.csv, schedule.csv, exceptions.csv and controls.csv hold the same for machines, and all of it where a table here is cut. The period begins at ${formatMoment(period.from)} and ends before ${formatMoment(period.to)}.</p>\n`,
  });
}

const whole = (text: string): Markup => html`<span class="whole">${text}</span>`;
const minute = (moment: string): Markup => whole(moment.slice(0, 16).replace('T', ' '));

/** `11 of 12`; what was not measured is not met. */
function met(drills: DrillRecord[], of: 'rto' | 'rpo'): Content {
  const promised = drills.filter((record) => record[of].targetSeconds !== null);
  if (promised.length === 0) return 'no objective';
  const kept = promised.filter((record) => objectiveResult(record[of]) === 'met').length;
  const text = `${formatCount(kept)} of ${formatCount(promised.length)}`;
  return kept === promised.length ? text : html`<span class="bad">${text}</span>`;
}

function worst(drills: DrillRecord[], of: 'rto' | 'rpo'): string {
  const measured = drills.flatMap((record) => record[of].actualSeconds ?? []);
  return measured.length === 0 ? '–' : formatSeconds(Math.max(...measured));
}

function databasesSection(databases: AuditedDatabase[], period: AuditPeriod): Markup {
  const rows = databases.map((audited) => {
    const drills = drillsIn(audited, period);
    const due = dueRuns(audited, period);
    return [
      shortName(audited.database, 120),
      audited.due === null
        ? 'not known'
        : `${formatCount(due.filter(({ drill }) => drill !== null).length)} of ${formatCount(due.length)}`,
      formatCount(drills.length),
      formatCount(drills.filter(({ verdict }) => verdict === 'PROVEN').length),
      met(drills, 'rto'),
      worst(drills, 'rto'),
      met(drills, 'rpo'),
      worst(drills, 'rpo'),
    ];
  });
  const unknown = databases.some(({ due }) => due === null);
  return section(
    'databases',
    'Databases',
    dataTable({
      caption: 'Databases in the period',
      columns: [
        { title: 'Database' },
        { title: 'Scheduled, done', figures: true },
        { title: 'Drills', figures: true },
        { title: 'Proven', figures: true },
        { title: 'RTO met', figures: true },
        { title: 'Longest', figures: true },
        { title: 'RPO met', figures: true },
        { title: 'Largest', figures: true },
      ],
      rows,
      rest: { what: 'databases', where: 'drills.csv has all' },
      room: { most: 300, bytes: 50_000 },
    }),
    unknown
      ? html`<p class="note">When drills were due is not known: drills.yaml was not given (--config).</p>\n`
      : html`<p class="note">When drills were due is told by drills.yaml as it was given for this export; a schedule that was changed in the period is not seen.</p>\n`,
  );
}

function exceptionsSection(exceptions: AuditException[]): Markup {
  if (exceptions.length === 0) return section('exceptions', 'Exceptions', html`<p>None.</p>\n`);
  return section(
    'exceptions',
    'Exceptions',
    dataTable({
      caption: 'Exceptions, with how each ended',
      columns: [{ title: 'When' }, { title: 'Database' }, { title: 'What' }, { title: 'How it ended' }],
      rows: [...exceptions]
        .sort((a, b) => Number(b.open) - Number(a.open) || (a.at < b.at ? -1 : 1))
        .map(({ at, database, kind, what, ended, open }) => [
          minute(at),
          shortName(database, 80),
          html`<span class="${kind === 'could not verify' ? 'doubt' : 'bad'}">${kind}</span> <br>${htmlSentence(what, 300)}`,
          open ? html`<span class="bad">${ended}</span>` : shortName(ended, 300),
        ]),
      rest: { what: 'exceptions', where: 'exceptions.csv has all' },
      room: { most: 200, bytes: 70_000 },
    }),
  );
}

function scheduleSection(databases: AuditedDatabase[], period: AuditPeriod): Markup {
  const runs = databases.flatMap((audited) => dueRuns(audited, period));
  if (runs.length === 0)
    return section(
      'schedule',
      'Scheduled and carried out',
      html`<p>No drill is known to have been due.</p>\n`,
    );
  return section(
    'schedule',
    'Scheduled and carried out',
    dataTable({
      caption: 'Drills that were due, and those carried out for them',
      columns: [
        { title: 'Due' },
        { title: 'Database' },
        { title: 'Drill' },
        { title: 'Late by', figures: true },
        { title: 'Verdict' },
      ],
      rows: runs.map(({ due, database, drill, delaySeconds }) => [
        minute(due),
        shortName(database, 80),
        drill === null ? '–' : shortName(drill.drillId, 80),
        delaySeconds === null ? '–' : formatSeconds(delaySeconds),
        drill === null ? html`<span class="bad">not carried out</span>` : verdictCell(drill.verdict),
      ]),
      rest: { what: 'runs', where: 'schedule.csv has all' },
      room: { most: 200, bytes: 50_000 },
    }),
  );
}

function decisionsSection(drills: DrillRecord[]): Markup {
  const restores = drills.filter(({ mode }) => mode === 'restore');
  const title = 'Real restores, and who decided';
  if (restores.length === 0) return section('decisions', title, html`<p>None in the period.</p>\n`);
  return section(
    'decisions',
    title,
    dataTable({
      caption: 'Real restores',
      columns: [
        { title: 'When' },
        { title: 'Database' },
        { title: 'Asked for by' },
        { title: 'Decision' },
        { title: 'Decided by' },
      ],
      rows: restores.map((record) => [
        minute(record.startedAt),
        shortName(record.database, 80),
        shortName(record.operator, 160),
        decisionOf(record).decision ?? 'none was asked for',
        shortName(decisionOf(record).by ?? 'not recorded', 160),
      ]),
      rest: { what: 'restores', where: 'drills.csv has all' },
      room: { most: 60, bytes: 15_000 },
    }),
  );
}

function drillsSection(drills: DrillRecord[]): Markup {
  if (drills.length === 0) return section('drills', 'Drills', html`<p>None in the period.</p>\n`);
  const seconds = (value: number | null) => (value === null ? '–' : formatSeconds(value));
  return section(
    'drills',
    'Drills',
    dataTable({
      caption: 'Drills of the period',
      columns: [
        { title: 'Began' },
        { title: 'Database' },
        { title: 'By' },
        { title: 'Verdict' },
        { title: 'RTO', figures: true },
        { title: 'RPO', figures: true },
      ],
      rows: drills.map((record) => [
        minute(record.startedAt),
        shortName(record.database, 80),
        shortName(record.operator, 60),
        verdictCell(record.verdict),
        seconds(record.rto.actualSeconds),
        seconds(record.rpo.actualSeconds),
      ]),
      rest: { what: 'drills', where: 'drills.csv has all' },
      room: { most: 200, bytes: 50_000 },
    }),
  );
}

const controlsSection = (): Markup =>
  section(
    'controls',
    'What this is evidence of',
    dataTable({
      caption: 'Requirements, what this export proves of them and what not',
      columns: [{ title: 'Requirement' }, { title: 'It proves' }, { title: 'It does not prove' }],
      rows: controls.map(({ standard, clause, asks, proves, not }) => [
        html`<b>${clause}</b> ${standard} <br><span class="soft">${asks}</span>`,
        proves,
        not,
      ]),
    }),
    html`<p class="note">A reading aid, and no opinion of an auditor. Each drill’s own report says what it did not test.</p>\n`,
  );

const signOff = (): Markup =>
  section(
    'sign-off',
    'Sign-off',
    html`<div class="scroll" role="group" aria-label="Lines to sign" tabindex="0"><table class="sign">
<caption class="spoken">Lines to sign</caption>
<thead><tr><th scope="col">Sign-off</th><th scope="col">Name</th><th scope="col">Date</th><th scope="col">Signature</th></tr></thead>
<tbody>
${['Prepared by', 'Reviewed by'].map((who) => html`<tr><th scope="row">${who}</th><td></td><td></td><td></td></tr>\n`)}</tbody>
</table></div>\n`,
  );
