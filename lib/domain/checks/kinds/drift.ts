import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatBytes, formatCountOf, listOf } from '../../text/quantities.ts';
import { rowSource } from '../../text/sql-text.ts';
import { wordOfBackup } from '../asking/backup-word.ts';
import type {
  BuiltInCheckKind,
  CheckContext,
  CountedTable,
  DriftTolerance,
  LastProven,
  ObjectCounts,
} from '../asking/check.ts';
import { askEach, statusOf } from '../asking/combined-query.ts';
import { driftSuspects } from '../asking/drift-suspects.ts';
import { countObjects } from '../asking/object-counts.ts';
import { databasesOf, partOf, plannedBuiltIn, sandboxName, slices } from '../asking/planning.ts';
import { readTables } from '../asking/table-facts.ts';

/** A dump smaller than this share of the last proven one has collapsed. */
const collapsedShare = 0.5;
/** At most this many tables are named in a finding. */
const tablesNamed = 10;

const paramsSchema = z.object({
  severity: z.enum(['warning', 'error']),
  /** Day of the last proven drill. */
  since: z.string(),
  /** Schema, name, rows before, fewest rows that are no loss. */
  suspects: z.array(z.tuple([z.string(), z.string(), z.number(), z.number()])),
  /** Null in all but the first part of a database, and where the last record has none. */
  objectsBefore: z.record(z.string(), z.number()).nullable(),
  databasesGone: z.array(z.string()),
  bytes: z.object({ before: z.number(), now: z.number() }).nullable(),
});
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  /** Rows of each suspect; `gone` when it does not exist, null when it cannot be counted, which the row counts tell. */
  rows: (number | 'gone' | null)[];
  objects: ObjectCounts;
}

export const drift: BuiltInCheckKind<Params, Observation> = {
  kind: 'drift',
  title: 'compared with the last proven drill',
  asks: 'Does the database still hold what it held in the last proven drill: tables, their rows, keys, indexes, triggers, extensions? A loss is a warning; `drift: error | off` and tolerances in drills.yaml.',
  origin: 'built-in',
  scans: false,
  findings: ['TABLES_GONE', 'TABLES_EMPTIED', 'TABLES_SHRANK', 'OBJECTS_GONE', 'DUMP_SHRANK'],
  plan(context) {
    const comparison = comparisonOf(context);
    if (comparison === null) return [];
    const { compared, tolerance } = comparison;
    return databasesOf(context).flatMap((database, place) => {
      const before = beforeOf(context, compared, database, compared.tables);
      const suspects = driftSuspects(context.account, database, before, tolerance).map(
        ({ schema, name, rowsBefore, leastRows }): Params['suspects'][number] => [
          schema,
          name,
          rowsBefore,
          leastRows,
        ],
      );
      const parts = suspects.length === 0 ? [[]] : slices(suspects, 500);
      return parts.map((part, index) => {
        const name = `compared with the last proven drill${partOf(index, parts.length)}`;
        return plannedBuiltIn(context, 'drift', database, name, {
          severity: tolerance.mode === 'error' ? 'error' : 'warning',
          since: compared.day,
          suspects: part,
          objectsBefore: index === 0 ? objectsBefore(context, compared, database) : null,
          databasesGone: place + index === 0 ? databasesGone(context, compared) : [],
          bytes: place + index === 0 ? collapsed(context, compared) : null,
        } satisfies Params);
      });
    });
  },
  notTested(context) {
    if (context.drift === undefined || comparisonOf(context) !== null) return [];
    return [
      context.drift.mode === 'off'
        ? 'What was lost since the last proven drill: drift is off in drills.yaml.'
        : `What was lost since an earlier drill: there is no proven drill of an earlier ${wordOfBackup(context)} to compare with.`,
    ];
  },
  evidence: {
    expected: ({ since }) => `what the proven drill of ${since} held, less what is allowed`,
    scope: ({ suspects, objectsBefore: before }) =>
      `${formatCountOf(suspects.length, 'table')} that may have lost rows${before === null ? '' : `, ${formatCountOf(Object.keys(before).length, 'kind')} of objects`}`,
    actual: (params, { rows, objects }) => {
      const losses = lossesOf(params, rows, objects).length;
      return losses === 0 ? 'nothing lost' : `${formatCountOf(losses, 'kind')} of loss`;
    },
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ suspects, objectsBefore: before }, database) {
    const facts = await readTables(
      database,
      suspects.map(([schema, name]) => ({ schema, name })),
    );
    const countable = facts.flatMap((one) =>
      one?.readable === true && 'rp'.includes(one.relationKind) ? [one] : [],
    );
    const counts = await askEach(
      database,
      countable.map(({ schema, name, relationKind }) => ({
        value: 'count(*)',
        source: rowSource(schema, name, relationKind),
      })),
    );
    return {
      rows: facts.map((one) => {
        if (one === null) return 'gone';
        const count = counts[countable.indexOf(one)];
        return count === undefined || 'refused' in count ? null : Number(count.value);
      }),
      objects: before === null ? {} : await countObjects(database),
    };
  },
  judge(params, { rows, objects }) {
    const findings = lossesOf(params, rows, objects).map((loss) => ({ ...loss, severity: params.severity }));
    return { status: statusOf(findings), findings };
  },
};

/** One finding per kind of loss. What a table takes along is told with it, and a dump that shrank for it is no news. */
function lossesOf(params: Params, rows: Observation['rows'], objects: ObjectCounts): Finding[] {
  const { suspects, since, databasesGone, bytes } = params;
  const which = (is: (rows: number | 'gone' | null, least: number) => boolean) =>
    suspects.filter(([, , , least], index) => is(rows[index] ?? null, least));
  const gone = which((now) => now === 'gone').map(([schema, name]) => `${schema}.${name}`);
  const emptied = which((now, least) => now === 0 && least > 0);
  const shrank = suspects.flatMap(([schema, name, before, least], index) => {
    const now = rows[index];
    return typeof now === 'number' && now > 0 && now < least
      ? [`${schema}.${name} (${formatCountOf(before, 'row')}, now ${now})`]
      : [];
  });
  const lost = objectsLost(params.objectsBefore ?? {}, objects);
  const findings: Finding[] = [];
  if (databasesGone.length > 0)
    findings.push(
      finding(
        'TABLES_GONE',
        `${formatCountOf(databasesGone.length, 'database')} of the proven drill of ${since} ${databasesGone.length === 1 ? 'is' : 'are'} not in this backup: ${listOf(databasesGone, tablesNamed)}`,
      ),
    );
  if (gone.length > 0) {
    const along = lost.length === 0 ? '' : `; fewer than then: ${lost.join(', ')}`;
    const what = `${formatCountOf(gone.length, 'table')} of the proven drill of ${since} ${gone.length === 1 ? 'is' : 'are'} not in this backup`;
    findings.push(finding('TABLES_GONE', `${what}: ${listOf(gone, tablesNamed)}${along}`));
  }
  if (emptied.length > 0) {
    const names = emptied.map(
      ([schema, name, before]) => `${schema}.${name} (${formatCountOf(before, 'row')})`,
    );
    findings.push(
      finding(
        'TABLES_EMPTIED',
        `${formatCountOf(names.length, 'table')} that held rows in the proven drill of ${since} ${names.length === 1 ? 'is' : 'are'} empty: ${listOf(names, tablesNamed)}`,
      ),
    );
  }
  if (shrank.length > 0)
    findings.push(
      finding(
        'TABLES_SHRANK',
        `${formatCountOf(shrank.length, 'table')} lost more rows since the proven drill of ${since} than allowed: ${listOf(shrank, tablesNamed)}`,
      ),
    );
  if (lost.length > 0 && gone.length === 0)
    findings.push(
      finding('OBJECTS_GONE', `fewer objects than in the proven drill of ${since}: ${lost.join(', ')}`),
    );
  if (bytes !== null && findings.length === 0)
    findings.push(
      finding(
        'DUMP_SHRANK',
        `the backup has ${formatBytes(bytes.now)}; that of the proven drill of ${since} had ${formatBytes(bytes.before)}`,
      ),
    );
  return findings;
}

/** Kinds of which there are fewer now. Tables are told by name. */
function objectsLost(before: ObjectCounts, now: ObjectCounts): string[] {
  return Object.entries(before).flatMap(([kind, count]) => {
    const left = now[kind] ?? 0;
    const allowed = kind === 'large objects' ? count * collapsedShare : count;
    return kind === 'tables' || left >= allowed ? [] : [`${kind} ${count}, now ${left}`];
  });
}

/** Null where there is nothing to compare with, or nobody wants it compared. */
function comparisonOf({
  drift: tolerance,
  lastProven,
}: CheckContext): { compared: LastProven; tolerance: DriftTolerance } | null {
  if (tolerance === undefined || tolerance.mode === 'off' || lastProven === undefined) return null;
  return { compared: lastProven, tolerance };
}

/** What the last record says of one database. Where each side has one only, it may have got another name. */
function beforeOf<Counted extends { database: string }>(
  context: CheckContext,
  compared: LastProven,
  database: string,
  counted: readonly Counted[],
): Counted[] {
  const alone = databasesOf(context).length === 1 && namesIn(compared.tables).size <= 1;
  return counted.filter((one) => alone || sandboxName(context.account, one.database) === database);
}

const namesIn = (tables: readonly CountedTable[]) => new Set(tables.map(({ database }) => database));

function databasesGone(context: CheckContext, compared: LastProven): string[] {
  const before = namesIn(compared.tables);
  const now = new Set(databasesOf(context));
  if (before.size <= 1 && now.size === 1) return [];
  return [...before].filter((name) => !now.has(sandboxName(context.account, name)));
}

function objectsBefore(
  context: CheckContext,
  compared: LastProven,
  database: string,
): Params['objectsBefore'] {
  if (compared.objects === undefined) return null;
  const counted = beforeOf(context, compared, database, compared.objects);
  return Object.fromEntries(counted.map(({ kind, count }) => [kind, count]));
}

/** Only dumps of one format can be compared by their size. */
function collapsed({ dump }: CheckContext, { dump: before }: LastProven): Params['bytes'] {
  if (dump === undefined || before === null || before.format !== dump.format) return null;
  return dump.bytes < before.bytes * collapsedShare ? { before: before.bytes, now: dump.bytes } : null;
}
