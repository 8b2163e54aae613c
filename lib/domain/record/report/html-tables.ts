import type { CountedTable } from '../../checks/asking/check.ts';
import { formatCount, formatMoment } from '../../text/quantities.ts';
import { dataSentence } from '../data-sentence.ts';
import type { DrillRecord } from '../drill-record.ts';
import { dataTable, section } from './html/elements.ts';
import { type Content, html, type Markup, shortName } from './html/markup.ts';
import type { ReportContext } from './report-context.ts';

interface ComparedTable {
  database: string;
  table: string;
  now: number | null;
  before: number | null;
  expected: number | null;
}

/** How many tables a page names: those that changed most, where there are more. */
const mostTables = 250;

/** Rows per table: now, in the last proven drill, and as the backup says there should be. */
export function tablesSection(record: DrillRecord, { past }: ReportContext): Markup | null {
  const before = past?.lastProven ?? null;
  if (record.tables.length === 0) return null;
  const compared = compare(record.tables, before?.tables ?? null);
  const chosen = mostChanged(compared);
  const several = new Set(compared.map(({ database }) => database)).size > 1;
  const knows = compared.some(({ expected }) => expected !== null);
  const columns = [
    { title: 'Table' },
    { title: 'Rows now', figures: true },
    ...(before === null ? [] : [{ title: 'Last proven', figures: true }]),
    ...(knows ? [{ title: 'Expected', figures: true }] : []),
    ...(before === null ? [] : [{ title: 'Change', figures: true }]),
  ];
  const row = (one: ComparedTable): Content[] => [
    shortName(several ? `${one.database}: ${one.table}` : one.table, 200),
    one.now === null ? html`<span class="doubt">gone</span>` : formatCount(one.now),
    ...(before === null ? [] : [one.before === null ? 'new' : formatCount(one.before)]),
    ...(knows ? [expectedCell(one)] : []),
    ...(before === null ? [] : [change(one)]),
  ];
  return section(
    'tables',
    'Tables',
    html`<p>${dataSentence(record.tables)}. ${comparison(before, knows)}</p>\n`,
    chosen.length < compared.length
      ? html`<p class="note">Of ${formatCount(compared.length)} tables these are the ${formatCount(chosen.length)} that differ or changed most; record.json lists all.</p>\n`
      : null,
    dataTable({
      caption: 'Rows per table',
      columns,
      rows: chosen.map(row),
      rest: { what: 'tables', where: 'record.json lists all' },
      room: { most: mostTables, bytes: 70_000 },
    }),
  );
}

function comparison(before: { startedAt: string } | null, knows: boolean): string {
  const last =
    before === null
      ? 'There is no earlier proven drill to compare them with.'
      : `“Last proven” is the drill of ${formatMoment(before.startedAt)}.`;
  return knows ? `${last} “Expected” is what the backup holds by its own count.` : last;
}

const keyOf = ({ database, schema, name }: CountedTable): string => JSON.stringify([database, schema, name]);

function compare(now: CountedTable[], before: CountedTable[] | null): ComparedTable[] {
  const earlier = new Map((before ?? []).map((table) => [keyOf(table), table]));
  const current = new Set(now.map(keyOf));
  const named = ({ database, schema, name }: CountedTable) => ({ database, table: `${schema}.${name}` });
  return [
    ...now.map((table) => ({
      ...named(table),
      now: table.rows,
      before: earlier.get(keyOf(table))?.rows ?? null,
      expected: table.expected ?? null,
    })),
    ...[...earlier.values()]
      .filter((table) => !current.has(keyOf(table)))
      .map((table) => ({ ...named(table), now: null, before: table.rows, expected: null })),
  ];
}

/** All of them where they fit; else those that say most, in the order of the record. */
function mostChanged(tables: ComparedTable[]): ComparedTable[] {
  if (tables.length <= mostTables) return tables;
  const weight = (one: ComparedTable): number => {
    if (isWrong(one)) return Number.POSITIVE_INFINITY;
    return Math.abs((one.now ?? 0) - (one.before ?? 0)) + (one.now === null ? 1e12 : 0);
  };
  const chosen = new Set(
    [...tables].sort((a, b) => compareWeights(weight(b), weight(a))).slice(0, mostTables),
  );
  return tables.filter((one) => chosen.has(one));
}

/** Two infinities are equal. */
const compareWeights = (a: number, b: number): number => (a === b ? 0 : a - b);

const isWrong = ({ now, expected }: ComparedTable): boolean =>
  now !== null && expected !== null && now !== expected;

const expectedCell = (one: ComparedTable): Content => {
  if (one.expected === null) return '–';
  const count = formatCount(one.expected);
  return isWrong(one) ? html`<span class="bad">${count}</span>` : count;
};

/** From the last proven drill to now: `+1,204 (+2.5%)`. */
function change({ now, before }: ComparedTable): string {
  if (before === null) return '–';
  const delta = (now ?? 0) - before;
  if (delta === 0) return '0';
  const sign = delta > 0 ? '+' : '−';
  const share = before === 0 ? '' : ` (${sign}${percent(Math.abs(delta) / before)})`;
  return `${sign}${formatCount(Math.abs(delta))}${share}`;
}

function percent(share: number): string {
  const value = share * 100;
  if (value < 0.1) return '<0.1%';
  return `${value < 10 ? value.toFixed(1) : formatCount(value)}%`;
}
