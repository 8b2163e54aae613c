import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import { formatCountOf, listOf } from '../../text/quantities.ts';
import type { ConfiguredCheckKind } from '../asking/check.ts';
import { mostNamed } from '../asking/check-words.ts';
import {
  countOrphans,
  judgeForeignKeys,
  type ObservedForeignKey,
  orphansCounted,
  readForeignKeys,
} from '../asking/foreign-key-orphans.ts';
import { configuredOf, plannedConfigured } from '../asking/planning.ts';
import { text } from '../asking/settings.ts';

const foreignKeysSettings = z
  .union(
    [
      z.strictObject({ all: z.literal(true) }),
      z.array(text('a name')).min(1, '`foreignKeys` must name at least one constraint or table'),
    ],
    { error: '`foreignKeys` is { all: true }, or a list of names of constraints or tables' },
  )
  .describe(
    'Foreign keys that must exist and have no orphans: `{ all: true }`, or names of constraints or tables.',
  );

const paramsSchema = z.object({ wanted: foreignKeysSettings });
type Params = z.infer<typeof paramsSchema>;

interface Observation {
  observed: ObservedForeignKey[];
  /** Asked-for names that are neither a constraint nor a table with a foreign key. */
  unknown: string[];
}

export const foreignKeys: ConfiguredCheckKind<Params, Observation> = {
  kind: 'foreignKeys',
  title: 'foreign keys that must be there',
  asks: 'Do these foreign keys (by name of constraint or table), or all, exist and have no orphans? With `all`, at least one must exist.',
  origin: 'configured',
  settings: foreignKeysSettings,
  scans: true,
  findings: ['OBJECT_MISSING', 'FK_ORPHANS', 'FK_NOT_VALIDATED', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    return configuredOf(context, 'foreignKeys').map((check) => {
      const wanted = foreignKeysSettings.parse(check.settings);
      const name = Array.isArray(wanted)
        ? `foreign keys ${wanted.slice(0, 3).join(', ')}${wanted.length > 3 ? ' …' : ''}`
        : 'all foreign keys';
      return plannedConfigured(context, check, name, { wanted });
    });
  },
  evidence: {
    expected: () => 'the foreign keys exist, 0 orphans',
    scope: ({ wanted }) => (Array.isArray(wanted) ? listOf(wanted, mostNamed) : 'all foreign keys'),
    actual: (_params, { observed, unknown }) =>
      `${orphansCounted(observed)}${unknown.length === 0 ? '' : `; ${formatCountOf(unknown.length, 'name')} not found`}`,
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ wanted }, database) {
    const all = await readForeignKeys(database);
    if (!Array.isArray(wanted)) {
      return {
        observed: await countOrphans(database, all),
        unknown: all.length === 0 ? ['any foreign key'] : [],
      };
    }
    const names = (key: (typeof all)[number]) => [
      key.name,
      key.child,
      `${key.childSchema}.${key.child}`,
      `${key.child}.${key.name}`,
      `${key.childSchema}.${key.child}.${key.name}`,
    ];
    const chosen = all.filter((key) => names(key).some((name) => wanted.includes(name)));
    const unknown = wanted.filter((name) => !all.some((key) => names(key).includes(name)));
    return { observed: await countOrphans(database, chosen), unknown };
  },
  judge(_params, { observed, unknown }) {
    const judged = judgeForeignKeys(observed);
    if (unknown.length === 0) return judged;
    const missing = unknown.map((name) =>
      finding(
        'OBJECT_MISSING',
        `no foreign key answers to ${name} after the restore`,
        'Check the spelling in drills.yaml, and whether the dump holds this key.',
      ),
    );
    return { status: 'failed', findings: [...missing, ...judged.findings] };
  },
};
