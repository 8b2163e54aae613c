import * as z from 'zod';
import type { BuiltInCheckKind } from '../asking/check.ts';
import {
  countOrphans,
  judgeForeignKeys,
  type ObservedForeignKey,
  orphansCounted,
  readForeignKeys,
} from '../asking/foreign-key-orphans.ts';
import { databasesOf, partOf, plannedBuiltIn, sandboxName } from '../asking/planning.ts';

const paramsSchema = z.object({ part: z.int(), parts: z.int().positive() });
type Params = z.infer<typeof paramsSchema>;

/** Foreign keys per built-in check: each is an anti-join of two tables. */
const keysPerCheck = 25;

export const foreignKeysHold: BuiltInCheckKind<Params, ObservedForeignKey[]> = {
  kind: 'foreignKeysHold',
  title: 'foreign keys have no orphans',
  asks: 'Has any foreign key orphans? Every key of the catalog is counted anew, also NOT VALID and NOT ENFORCED ones.',
  origin: 'built-in',
  scans: true,
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
  evidence: {
    expected: () => '0 orphans',
    scope: ({ part, parts }) => `every foreign key of the catalog${partOf(part, parts)}`,
    actual: (_params, observed) => orphansCounted(observed),
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ part, parts }, database) {
    const keys = await readForeignKeys(database);
    return await countOrphans(
      database,
      keys.filter((_, index) => index % parts === part),
    );
  },
  judge: (_params, observed) => judgeForeignKeys(observed),
};
