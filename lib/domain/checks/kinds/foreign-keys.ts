import * as z from 'zod';
import { finding } from '../../findings/findings.ts';
import type { CheckKind } from '../asking/check.ts';
import {
  countOrphans,
  judgeForeignKeys,
  type ObservedForeignKey,
  readForeignKeys,
} from '../asking/foreign-key-orphans.ts';
import {
  configuredOf,
  databasesOf,
  partOf,
  plannedBuiltIn,
  plannedConfigured,
  sandboxName,
} from '../asking/planning.ts';
import { foreignKeysSettings } from '../asking/settings.ts';

const builtInParams = z.object({ part: z.int(), parts: z.int().positive() });
type BuiltInParams = z.infer<typeof builtInParams>;

/** Foreign keys per built-in check: each is an anti-join of two tables. */
const keysPerCheck = 25;

export const foreignKeysHold: CheckKind<BuiltInParams, ObservedForeignKey[]> = {
  kind: 'foreignKeysHold',
  asks: 'Has any foreign key orphans? Every key of the catalog is counted anew, also NOT VALID and NOT ENFORCED ones.',
  origin: 'built-in',
  findings: ['FK_ORPHANS', 'FK_NOT_VALIDATED', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    return databasesOf(context).flatMap((database) => {
      // The catalog is the truth; the announced keys only say into how many parts to cut the work.
      const announced = context.account.announced.filter(
        (object) =>
          object.type === 'FK CONSTRAINT' && sandboxName(context.account, object.database) === database,
      ).length;
      const parts = Math.max(1, Math.ceil(announced / keysPerCheck));
      return Array.from({ length: parts }, (_, part) =>
        plannedBuiltIn(
          context,
          'foreignKeysHold',
          database,
          `foreign keys have no orphans${partOf(part, parts)}`,
          { part, parts },
        ),
      );
    });
  },
  parseParams: (params) => builtInParams.parse(params),
  async observe({ part, parts }, database) {
    const keys = await readForeignKeys(database);
    return await countOrphans(
      database,
      keys.filter((_, index) => index % parts === part),
    );
  },
  judge: (_params, observed) => judgeForeignKeys(observed),
};

const configuredParams = z.object({ wanted: foreignKeysSettings });
type ConfiguredParams = z.infer<typeof configuredParams>;

interface ConfiguredObservation {
  observed: ObservedForeignKey[];
  /** Asked-for names that are neither a constraint nor a table with a foreign key. */
  unknown: string[];
}

export const foreignKeys: CheckKind<ConfiguredParams, ConfiguredObservation> = {
  kind: 'foreignKeys',
  asks: 'Do these foreign keys (by name of constraint or table), or all, exist and have no orphans? With `all`, at least one must exist.',
  origin: 'configured',
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
  parseParams: (params) => configuredParams.parse(params),
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
