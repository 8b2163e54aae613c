import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import type { ConfiguredCheckKind } from '../asking/check.ts';
import { mostNamed } from '../asking/check-words.ts';
import { refusedFinding, statusOf } from '../asking/combined-query.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { tableName } from '../asking/settings.ts';
import { lookUpTable, missingTableMessage, type TableLookup } from '../asking/table-lookup.ts';

const tablesSettings = z
  .array(tableName, { error: '`tables` is a list of table names' })
  .min(1, '`tables` must name at least one table')
  .describe('Tables that must exist.');

const paramsSchema = z.object({ tables: tablesSettings });
type Params = z.infer<typeof paramsSchema>;

export const tablesExist: ConfiguredCheckKind<Params, TableLookup[]> = {
  kind: 'tables',
  title: 'tables that must be there',
  asks: 'Do these tables exist? This also finds tables that the backup job leaves out.',
  origin: 'configured',
  settings: tablesSettings,
  scans: false,
  findings: ['TABLE_MISSING', 'CHECK_COULD_NOT_RUN'],
  plan: (context) =>
    configuredOf(context, 'tables').map((check) => {
      const tables = tablesSettings.parse(check.settings);
      return plannedConfigured(
        context,
        check,
        `${tables.length} expected ${tables.length === 1 ? 'table' : 'tables'}`,
        { tables },
      );
    }),
  notTested: (context) =>
    configuredOf(context, 'tables').length > 0
      ? []
      : ['Whether the backup leaves tables out: no list of expected tables is configured.'],
  evidence: {
    expected: ({ tables }) => `${formatCountOf(tables.length, 'table')}`,
    scope: ({ tables }) => listOf(tables, mostNamed),
    actual: (_params, lookups) =>
      `${formatCountOf(lookups.filter((lookup) => 'found' in lookup).length, 'table')}`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ tables }, database) {
    const lookups: TableLookup[] = [];
    for (const name of tables) lookups.push(await lookUpTable(database, name));
    return lookups;
  },
  judge({ tables }, lookups) {
    const findings = tables.flatMap((name, index): Finding[] => {
      const lookup = lookups[index] ?? { refused: 'it was not looked up' };
      if ('found' in lookup) return [];
      if ('refused' in lookup)
        return [refusedFinding({ code: 'CHECK_COULD_NOT_RUN', reason: lookup.refused }, `table ${name}`)];
      return [finding('TABLE_MISSING', missingTableMessage(name, lookup.missingBut))];
    });
    return { status: statusOf(findings), findings };
  },
};
