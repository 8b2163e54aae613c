import * as z from 'zod';
import { type Finding, finding } from '../../findings/findings.ts';
import type { RestoreAccount } from '../../recovery/restore-account.ts';
import { formatCountOf } from '../../text/quantities.ts';
import { quoted, quotedTable, rowSource } from '../../text/sql-text.ts';
import type { BuiltInCheckKind } from '../asking/check.ts';
import { askEach, refusedFinding, type ScalarAnswer, statusOf } from '../asking/combined-query.ts';
import { databasesOf, partOf, plannedBuiltIn, sandboxName } from '../asking/planning.ts';
import { nextRange, type SequenceUse, sequenceUses } from '../asking/sequence-catalog.ts';

/**
 * Which sequences the dump brought a value for: those that are listed, or all but those, whichever is short. By schema and
 * name; schema null: found through the path.
 */
const valuedSchema = z.object({
  listed: z.enum(['set', 'lost']),
  sequences: z.array(z.tuple([z.string().nullable(), z.string()])),
});
type Valued = z.infer<typeof valuedSchema>;

const paramsSchema = z.object({
  part: z.int(),
  parts: z.int().positive(),
  /** What a sequence is that stands behind where the dump itself set it; absent in plans of older releases. */
  behindAsDumped: z.enum(['error', 'warning']).default('error'),
  valued: valuedSchema.default({ listed: 'set', sequences: [] }),
});
type Params = z.infer<typeof paramsSchema>;

interface ObservedSequence {
  use: SequenceUse;
  /** `true` when the column holds a number that the sequence has yet to hand out; null: nothing left to hand out. */
  collides: ScalarAnswer;
}

const sequencesPerCheck = 100;

export const sequencesAhead: BuiltInCheckKind<Params, ObservedSequence[]> = {
  kind: 'sequences',
  title: 'sequences are not behind',
  asks: 'Is every sequence ahead of the columns it numbers (owned, identity or default; ascending or descending)? A CYCLE sequence reuses numbers, so only its very next one is looked for.',
  origin: 'built-in',
  scans: true,
  findings: ['SEQUENCE_BEHIND', 'CHECK_COULD_NOT_RUN', 'CHECK_TIMED_OUT'],
  plan(context) {
    return databasesOf(context).flatMap((database) => {
      const announced = context.account.announced.filter(
        ({ type, database: of }) => type === 'SEQUENCE' && sandboxName(context.account, of) === database,
      ).length;
      const valued = sequencesByValue(context.account, database);
      const parts = Math.max(1, Math.ceil(announced / sequencesPerCheck));
      const behindAsDumped = context.sequencesBehind ?? 'warning';
      return Array.from({ length: parts }, (_, part) =>
        plannedBuiltIn(context, 'sequences', database, `sequences are not behind${partOf(part, parts)}`, {
          part,
          parts,
          behindAsDumped,
          valued,
        }),
      );
    });
  },
  evidence: {
    expected: () => 'no sequence would hand out a number that its column holds',
    scope: ({ part, parts }) => `every sequence that numbers a column${partOf(part, parts)}`,
    actual: (_params, observed) => {
      const behind = observed.filter(
        ({ collides }) => 'value' in collides && collides.value === 'true',
      ).length;
      return `${behind} of ${formatCountOf(observed.length, 'sequence')} behind`;
    },
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
  judge({ behindAsDumped, valued }, observed) {
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
      const asDumped = hasValue(valued, use);
      const harmlessBecause = harmless(use) ?? (asDumped && behindAsDumped === 'warning' ? asInSource : null);
      return [harmlessBecause === null ? behind : { ...behind, severity: 'warning', hint: harmlessBecause }];
    });
    return { status: statusOf(findings), findings };
  },
};

/** Characters of a list of sequences that a planned check may carry: every part of it knows all of them. */
const longestList = 16_000;

/** From what the dump says: pg_dump writes the value of every sequence, so one without it was lost. */
function sequencesByValue(account: RestoreAccount, database: string): Valued {
  const here = (name: string) => sandboxName(account, name) === database;
  const set = account.entries
    .filter(
      ({ type, outcome, database: of }) => type === 'SEQUENCE SET' && outcome.status !== 'failed' && here(of),
    )
    .map(({ schema, name }): [string | null, string] => [schema, name]);
  if (JSON.stringify(set).length <= longestList) return { listed: 'set', sequences: set };
  const keys = new Set(set.map((sequence) => JSON.stringify(sequence)));
  const lost = account.announced
    .filter(({ type, database: of }) => type === 'SEQUENCE' && here(of))
    .map(({ schema, name }): [string | null, string] => [schema, name])
    .filter((sequence) => !keys.has(JSON.stringify(sequence)));
  // Too many to tell apart: none is excused.
  return JSON.stringify(lost).length <= longestList
    ? { listed: 'lost', sequences: lost }
    : { listed: 'set', sequences: [] };
}

function hasValue({ listed, sequences }: Valued, { sequenceSchema, sequence }: SequenceUse): boolean {
  const found = sequences.some(
    ([schema, name]) => name === sequence && (schema ?? sequenceSchema) === sequenceSchema,
  );
  return found === (listed === 'set');
}

/** The dump set it there, so that it stands there in the source too. */
const asInSource =
  'The sequence stands exactly where the dump says, so it is behind in the source too: set it there (setval), or the next insert fails. `sequences: error` in drills.yaml makes this an error.';

/** Why no insert would fail by itself, so that it is said but is no failure; null when one would. */
function harmless({ unique, feeds }: SequenceUse): string | null {
  if (!feeds)
    return 'The column owns the sequence and does not take its default from it; look whether the application does.';
  return unique ? null : 'The column is not unique, so no insert would fail; look whether it should be.';
}
