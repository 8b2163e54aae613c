/** From the table of contents to the events around the data: what comes before it, what after, what must arrive. */
import { type Finding, finding } from '../../../../domain/findings/findings.ts';
import { listOf } from '../../../../domain/text/quantities.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { ReadingBudget } from '../../../streams/bytes/reading-budget.ts';
import type { Codec, DumpEntry, DumpEvent } from '../../dump/dump-stream.ts';
import { loadSqlParser } from '../../dump/sql-parser.ts';
import { namesOids } from '../text/copy-oids.ts';
import { isKnownEncoding } from '../text/dump-encoding.ts';
import { entryStatements } from './entry-statements.ts';
import { LargeObjectAccount } from './large-object-account.ts';
import { type OrderedEntry, restoreOrder } from './restore-order.ts';
import { openingSettings, RunningSettings, type Setting, usesStandardStrings } from './running-settings.ts';
import type { TocEntry } from './table-of-contents.ts';
import { TextEncoding } from './text-encoding.ts';

/** An entry whose rows or large objects lie in a block or file of their own. */
export interface DataEntry {
  toc: TocEntry;
  entry: DumpEntry;
  /** Of the entry's own texts, the COPY statement above all. */
  codec: Codec;
}

export interface ArchivePlan {
  /** Of the archive version. */
  minor: number;
  encoding: TextEncoding;
  standardStrings: boolean;
  beforeData: DumpEntry[];
  /** By dump id, in the order of the table of contents. */
  data: Map<number, DataEntry>;
  afterData: DumpEntry[];
  largeObjects: LargeObjectAccount;
  findings: Finding[];
  budget: ReadingBudget;
}

/** @throws DrillError DUMP_CORRUPT when entries contradict each other, ENCODING_INVALID. */
export async function planArchive(
  rawEntries: TocEntry[],
  minor: number,
  budget: ReadingBudget,
): Promise<ArchivePlan> {
  await loadSqlParser();
  const encoding = new TextEncoding(clientEncoding(rawEntries));
  const decoded = rawEntries.map((raw) => decodeEntry(raw, encoding));
  refuseOids(decoded.map(({ toc }) => toc));
  const order = restoreOrder(decoded.map(({ toc }) => toc));
  const codecs = new Map(decoded.map(({ toc, codec }) => [toc.id, codec]));
  const codecOf = ({ id }: TocEntry): Codec => codecs.get(id) ?? 'binary';
  const byId = new Map(decoded.map(({ toc }) => [toc.id, toc]));
  const running = new RunningSettings(order.special);
  const findings: Finding[] = [];
  let nextMadeUpId = -1;

  const settingEntry = (setting: Setting): DumpEntry => ({
    id: setting.id ?? nextMadeUpId--,
    type: 'SETTING',
    schema: null,
    name: setting.name,
    owner: null,
    section: null,
    dependencies: [],
    statements: [{ sql: setting.sql, codec: 'utf8', line: null }],
  });
  const shown = (toc: TocEntry, name: string): string => encoding.shown(name, codecOf(toc));
  const plainEntry = ({ toc, section }: OrderedEntry, statements: string[]): DumpEntry => ({
    id: toc.id,
    type: toc.type,
    schema: toc.schema === null ? null : shown(toc, toc.schema),
    name: shown(toc, toc.tag),
    owner: toc.owner === null ? null : shown(toc, toc.owner),
    section,
    dependencies: toc.dependencies,
    statements: statements.map((sql) => ({ sql, codec: codecOf(toc), line: null })),
  });
  const withSettings = (ordered: OrderedEntry): DumpEntry[] => {
    const { statements, ownerKnown } = entryStatements(ordered.toc, byId);
    findings.push(...oddities(ordered.toc, ownerKnown));
    const settings = statements.length === 0 ? [] : running.before(ordered.toc).map(settingEntry);
    return [...settings, plainEntry(ordered, statements)];
  };

  const opening = openingSettings(order.special, encoding.yielded).map(settingEntry);
  return {
    minor,
    encoding,
    standardStrings: usesStandardStrings(order.special),
    beforeData: [...opening, ...order.beforeData.flatMap(withSettings)],
    data: new Map(
      order.data.map((each) => [
        each.toc.id,
        { toc: each.toc, entry: plainEntry(each, []), codec: codecOf(each.toc) },
      ]),
    ),
    afterData: order.afterData.flatMap(withSettings),
    largeObjects: new LargeObjectAccount(decoded.map(({ toc }) => toc)),
    findings,
    budget,
  };
}

/** Every entry by its dump id. */
export const entriesById = (plan: ArchivePlan): Map<number, DumpEntry> =>
  new Map(allEntries(plan).map((entry) => [entry.id, entry]));

/** In the order in which they are restored. */
function allEntries(plan: ArchivePlan): DumpEntry[] {
  const data = [...plan.data.values()].map(({ entry }) => entry);
  return [...plan.beforeData, ...data, ...plan.afterData];
}

/** Everything up to the data, the header and the encoding apart. */
export function* eventsBeforeData(plan: ArchivePlan): Generator<DumpEvent> {
  for (const each of plan.findings) yield { kind: 'finding', finding: each };
  yield { kind: 'contents', entries: allEntries(plan) };
  for (const entry of plan.beforeData) yield { kind: 'entry', entry };
}

function decodeEntry(raw: TocEntry, encoding: TextEncoding): { toc: TocEntry; codec: Codec } {
  const { tag, definition, dropStatement, copyStatement, schema, tablespace, tableAccessMethod, owner } = raw;
  const texts = [tag, definition, dropStatement, copyStatement, schema, tablespace, tableAccessMethod, owner];
  const codec = encoding.codecOf(texts);
  if (encoding.isPlain(texts)) return { toc: raw, codec };
  const decode = (text: string): string => encoding.decode(text, codec);
  const optional = (text: string | null): string | null => (text === null ? null : decode(text));
  const toc: TocEntry = {
    ...raw,
    tag: decode(raw.tag),
    definition: optional(raw.definition),
    dropStatement: optional(raw.dropStatement),
    copyStatement: optional(raw.copyStatement),
    schema: optional(raw.schema),
    tablespace: optional(raw.tablespace),
    tableAccessMethod: optional(raw.tableAccessMethod),
    owner: optional(raw.owner),
  };
  return { toc, codec };
}

/** ENCODING entry: `SET client_encoding = 'UTF8';`. Without one pg_restore takes SQL_ASCII. */
function clientEncoding(entries: TocEntry[]): string {
  const entry = entries.find(({ type }) => type === 'ENCODING');
  if (entry === undefined) return 'SQL_ASCII';
  const name = /^SET client_encoding = '([A-Za-z0-9_-]+)';\s*$/.exec(entry.definition ?? '')?.[1];
  if (name === undefined || !isKnownEncoding(name)) {
    throw dumpError('DUMP_CORRUPT', 'the table of contents is damaged: its ENCODING entry names no encoding');
  }
  return name;
}

/** @throws DrillError ROWS_WITH_OIDS naming the tables whose rows begin with an oid: no server takes them since 12 */
function refuseOids(entries: TocEntry[]): void {
  const tables = entries
    .filter(({ copyStatement }) => copyStatement !== null && namesOids(copyStatement))
    .map(({ schema, tag }) => (schema === null ? tag : `${schema}.${tag}`));
  if (tables.length === 0) return;
  throw dumpError(
    'ROWS_WITH_OIDS',
    `the rows of ${listOf(tables, 20)} come WITH OIDS, which PostgreSQL has not had since version 12`,
  );
}

function oddities(toc: TocEntry, ownerKnown: boolean): Finding[] {
  const name = toc.schema === null ? toc.tag : `${toc.schema}.${toc.tag}`;
  const odd = (message: string): Finding => finding('DUMP_HEADER_ODD', message);
  return [
    ...(ownerKnown
      ? []
      : [odd(`The entry ${name} has the unknown type ${toc.type}; its owner is not restored.`)]),
    ...(toc.withOids
      ? [odd(`Table ${name} was made WITH OIDS, which PostgreSQL 12 and later do not have.`)]
      : []),
  ];
}
