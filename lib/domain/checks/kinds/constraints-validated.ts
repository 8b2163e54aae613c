import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { userSchema } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { databasesOf, plannedBuiltIn } from '../asking/planning.ts';

const paramsSchema = z.object({});

interface UnvalidatedConstraint {
  constraint: string;
  relation: string;
  enforced: boolean;
}

export const constraintsValidated: BuiltInCheckKind<z.infer<typeof paramsSchema>, UnvalidatedConstraint[]> = {
  kind: 'constraintsValidated',
  title: 'constraints are validated',
  asks: 'Which constraints (CHECK, NOT NULL) were never validated? They are named; rows that break them are not counted.',
  origin: 'built-in',
  scans: false,
  findings: ['CONSTRAINT_NOT_VALIDATED'],
  plan: (context) =>
    databasesOf(context).map((database) =>
      plannedBuiltIn(context, 'constraintsValidated', database, 'constraints are validated', {}),
    ),
  notTested: () => [
    'Rows that break NOT VALID or NOT ENFORCED constraints other than foreign keys: such constraints are only named.',
  ],
  evidence: {
    expected: () => 'what was never validated is named',
    scope: () => 'every CHECK and NOT NULL constraint of user tables and domains',
    actual: (_params, unvalidated) => `${formatCountOf(unvalidated.length, 'constraint')} never validated`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe(_params, database) {
    const rows = await database.query(unvalidatedSql);
    return rows.map((row) => ({
      constraint: String(row.name),
      relation: `${row.schema}.${row.relation}`,
      enforced: row.enforced !== 'f',
    }));
  },
  judge(_params, unvalidated) {
    const findings = unvalidated.map(({ constraint, relation, enforced }) =>
      finding(
        'CONSTRAINT_NOT_VALIDATED',
        `constraint ${constraint} of ${relation} is ${enforced ? 'NOT VALID' : 'NOT ENFORCED'}: rows may break it`,
      ),
    );
    return { status: 'passed', findings };
  },
};

/** Inherited copies go with their parent's. Foreign keys are named by the foreign key check, which counts their orphans. */
const unvalidatedSql = `select con.conname as name, n.nspname as schema, coalesce(c.relname, t.typname) as relation,
  case when pg_catalog.to_jsonb(con)->>'conenforced' = 'false' then 'f' else 't' end as enforced
from pg_catalog.pg_constraint con join pg_catalog.pg_namespace n on n.oid = con.connamespace
left join pg_catalog.pg_class c on c.oid = con.conrelid left join pg_catalog.pg_type t on t.oid = con.contypid
where not con.convalidated and con.contype <> 'f' and con.conparentid = 0 and con.coninhcount = 0 and ${userSchema} order by 2, 3, 1`;
