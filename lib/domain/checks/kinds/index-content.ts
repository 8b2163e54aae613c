import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { changedCollationsSql } from '../asking/collation-versions.ts';
import {
  askEach,
  refusedFinding,
  type ScalarAnswer,
  statusOf,
  unanswered,
} from '../asking/combined-query.ts';
import { plannedBuiltIn } from '../asking/planning.ts';

const paramsSchema = z.object({ schema: z.string(), countsUnique: z.boolean() });
type Params = z.infer<typeof paramsSchema>;

interface AskedIndex {
  index: string;
  /** Its order may be another one here. */
  otherOrder: boolean;
  answer: ScalarAnswer;
}

/**
 * The indexes of a dump are built here, those of a base backup are copied: damage in one shows to no count. amcheck reads each
 * B-tree as its table's owner, so only code of the server itself may come in: built-in types and operators. Where an expression
 * or a condition would call functions of the cluster, the order of the index is asked and not its rows.
 *
 * Source: contrib/amcheck/verify_nbtree.c (`bt_index_check_internal` changes to the owner; `heapallindexed` evaluates both).
 */
export const indexContent: BuiltInCheckKind<Params, AskedIndex[]> = {
  kind: 'indexContent',
  title: 'indexes hold every row',
  asks: 'Is every B-tree in order, and does it hold every row of its table? (Of base backups, by amcheck: a dump has its indexes built anew.)',
  origin: 'built-in',
  scans: true,
  findings: ['INDEX_CORRUPT', 'INDEX_ORDER_UNKNOWN', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    const { indexChecks } = context.account.recovered ?? {};
    if (indexChecks == null) return [];
    const { databases, ...params } = indexChecks;
    const filled = new Set(context.account.databases.map(({ name }) => name));
    return databases
      .filter((database) => filled.has(database))
      .map((database) => plannedBuiltIn(context, 'indexContent', database, 'indexes hold every row', params));
  },
  notTested({ account: { recovered } }) {
    if (recovered === undefined || recovered.indexChecks === null) return [];
    return [
      'Indexes over types or operators that are not built in, the rows of indexes over an expression or with a condition, and indexes that are no B-trees: amcheck would run code of the cluster, or does not know them.',
      ...(recovered.indexChecks.countsUnique
        ? []
        : ['Whether a unique index holds two rows of one key: amcheck tells that from PostgreSQL 17 on.']),
    ];
  },
  evidence: {
    expected: () => 'every index in order, with every row of its table',
    scope: () => 'B-trees over built-in types and operators',
    actual: (_params, asked) => {
      const refused = asked.filter(({ answer }) => 'refused' in answer).length;
      return `${formatCountOf(asked.length, 'index', 'indexes')} read, ${refused} of them with a complaint`;
    },
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ schema, countsUnique }, database) {
    const rows = await database.query(indexesSql(await changedCollationsSql(database)));
    const answers = await askEach(
      database,
      rows.map(({ oid, whole, indisunique }) => {
        const unique = countsUnique ? `, ${indisunique === 't'}` : '';
        return {
          value: `${schema}.bt_index_check(${Number(oid)}::pg_catalog.regclass, ${whole === 't'}${unique})`,
          source: '(select) t',
        };
      }),
    );
    return rows.map((row, place) => ({
      index: `${row.schema}.${row.name}`,
      otherOrder: row.other_order === 't',
      answer: answers[place] ?? unanswered,
    }));
  },
  judge(_params, asked) {
    const findings = asked.flatMap(({ index, otherOrder, answer }): Finding[] => {
      if (!('refused' in answer)) return [];
      const { code, reason } = answer.refused;
      return damage.test(reason)
        ? [finding(otherOrder ? 'INDEX_ORDER_UNKNOWN' : 'INDEX_CORRUPT', `index ${index}: ${reason}`)]
        : [refusedFinding({ code, reason }, `index ${index}`)];
    });
    return { status: statusOf(findings), findings };
  },
};

/** data_corrupted and index_corrupted: what amcheck says of what it finds. */
const damage = /SQLSTATE XX00[12]\b/;

/** Objects that initdb made have lower ids (access/transam.h: FirstNormalObjectId). */
const firstOfUsers = 16384;

/**
 * B-trees of user tables and of the catalogs, whose operators and types are the server's own: every support function of every
 * operator family, and the type of every key, or what its domain is over; an enum compares by the server's code too.
 */
const indexesSql = (changedCollations: string): string => `with recursive keys as (
  select x.indexrelid, a.atttypid as type from pg_catalog.pg_index x join pg_catalog.pg_attribute a on a.attrelid = x.indexrelid and a.attnum > 0 and a.attnum <= x.indnkeyatts
  union select k.indexrelid, t.typbasetype from keys k join pg_catalog.pg_type t on t.oid = k.type where t.typtype = 'd')
select x.indexrelid as oid, n.nspname as schema, i.relname as name, x.indisunique, (x.indexprs is null and x.indpred is null) as whole,
  exists (select from (${changedCollations}) v where v.oid = any(x.indcollation::pg_catalog.oid[])) as other_order
from pg_catalog.pg_index x join pg_catalog.pg_class i on i.oid = x.indexrelid join pg_catalog.pg_namespace n on n.oid = i.relnamespace
where i.relkind = 'i' and i.relam = 403 and i.relpersistence = 'p' and x.indisvalid and x.indisready and x.indislive
  and not exists (select from pg_catalog.unnest(x.indclass::pg_catalog.oid[]) c left join pg_catalog.pg_opclass o on o.oid = c
    left join pg_catalog.pg_amproc p on p.amprocfamily = o.opcfamily
    where c >= ${firstOfUsers} or o.oid is null or p.amproc::pg_catalog.oid >= ${firstOfUsers})
  and not exists (select from keys k left join pg_catalog.pg_type t on t.oid = k.type
    where k.indexrelid = x.indexrelid and k.type >= ${firstOfUsers} and coalesce(t.typtype not in ('e', 'd'), true))
order by i.relpages desc, 2, 3`;
