import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import { quoted, quotedTable, rowSource } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { askEach, refusedFinding, type ScalarAnswer, statusOf } from '../asking/combined-query.ts';
import { databasesOf, partOf, plannedBuiltIn, sandboxName } from '../asking/planning.ts';
import { nextRange, type SequenceUse, sequenceUses } from '../asking/sequence-catalog.ts';

const paramsSchema = z.object({ part: z.int(), parts: z.int().positive() });
type Params = z.infer<typeof paramsSchema>;

interface ObservedSequence {
  use: SequenceUse;
  /** `true` when the column holds a number that the sequence has yet to hand out; null: nothing left to hand out. */
  collides: ScalarAnswer;
}

const sequencesPerCheck = 100;

export const sequencesAhead: BuiltInCheckKind<Params, ObservedSequence[]> = {
  kind: 'sequences',
  asks: 'Is every sequence ahead of the columns it numbers (owned, identity or default; ascending or descending)? A CYCLE sequence reuses numbers, so only its very next one is looked for.',
  origin: 'built-in',
  scans: true,
  findings: ['SEQUENCE_BEHIND', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    return databasesOf(context).flatMap((database) => {
      const announced = context.account.announced.filter(
        ({ type, database: of }) => type === 'SEQUENCE' && sandboxName(context.account, of) === database,
      ).length;
      const parts = Math.max(1, Math.ceil(announced / sequencesPerCheck));
      return Array.from({ length: parts }, (_, part) =>
        plannedBuiltIn(context, 'sequences', database, `sequences are not behind${partOf(part, parts)}`, {
          part,
          parts,
        }),
      );
    });
  },
  parseParams: (params) => paramsSchema.parse(params),
  async observe({ part, parts }, database) {
    const uses = (await sequenceUses(database)).filter(
      (use) => Number(BigInt(use.sequenceOid) % BigInt(parts)) === part,
    );
    const states = await askEach(
      database,
      uses.map((use) => ({
        value: `last_value || case when is_called then ' called' else ' fresh' end`,
        source: quotedTable(use.sequenceSchema, use.sequence),
      })),
    );
    const observed: ObservedSequence[] = uses.map((use, index) => ({
      use,
      collides: states[index] ?? { value: null },
    }));
    const ranges = observed.map(({ use, collides }) =>
      'refused' in collides || collides.value === null ? null : nextRange(use, collides.value),
    );
    const askable = ranges.flatMap((range, index) => (range === null ? [] : [{ index, range }]));
    const answers = await askEach(
      database,
      askable.map(({ index, range }) => {
        const { use } = observed[index] ?? { use: uses[0] };
        if (use === undefined) throw new RangeError('a range without its sequence');
        const column = quoted(use.column);
        // Only numbers that the sequence really hands out: first, first + step, first + 2 step …
        const onStep =
          range.step === 1n
            ? ''
            : ` and (${column}::pg_catalog.numeric - (${range.first})) % ${range.step} = 0`;
        const source = rowSource(use.tableSchema, use.table, use.tableKind);
        return {
          value: 'found',
          source: `(select exists (select 1 from ${source} where ${column} >= (${range.low}) and ${column} <= (${range.high})${onStep}) as found) f`,
        };
      }),
    );
    askable.forEach(({ index }, position) => {
      const one = observed[index];
      if (one !== undefined) one.collides = answers[position] ?? { value: null };
    });
    // Where there is no range, the sequence has nothing left to hand out.
    return observed.map((one, index) =>
      ranges[index] === null && !('refused' in one.collides) ? { ...one, collides: { value: 'false' } } : one,
    );
  },
  judge(_params, observed) {
    const findings = observed.flatMap(({ use, collides }): Finding[] => {
      const name = `sequence ${use.sequenceSchema}.${use.sequence}`;
      const column = `${use.tableSchema}.${use.table}.${use.column}`;
      if ('refused' in collides) return [refusedFinding(collides.refused, `${name} against ${column}`)];
      if (collides.value === null)
        return [
          refusedFinding(
            { code: 'CHECK_COULD_NOT_RUN', reason: 'no answer came back' },
            `${name} against ${column}`,
          ),
        ];
      if (collides.value !== 'true') return [];
      const behind = finding(
        'SEQUENCE_BEHIND',
        `${name} would hand out numbers that ${column} already holds`,
      );
      const harmlessBecause = harmless(use);
      return [harmlessBecause === null ? behind : { ...behind, severity: 'warning', hint: harmlessBecause }];
    });
    return { status: statusOf(findings), findings };
  },
};

/** Why no insert would fail by itself, so that it is said but is no failure; null when one would. */
function harmless({ unique, feeds }: SequenceUse): string | null {
  if (!feeds)
    return 'The column owns the sequence and does not take its default from it; look whether the application does.';
  return unique ? null : 'The column is not unique, so no insert would fail; look whether it should be.';
}
