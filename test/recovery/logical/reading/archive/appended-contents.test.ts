import { describe, expect, test } from 'vitest';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { findingsOf, outcomeOf, rowCounts, sourceOf } from '../support/reading.ts';
import {
  type BuiltEntry,
  buildArchive,
  settingEntries,
  tableEntries,
  withOffsets,
} from './archive-builder.ts';

const statistics: BuiltEntry = {
  id: 90,
  type: 'STATISTICS DATA',
  tag: 't',
  schema: 'public',
  section: 3,
  definition: "SELECT * FROM pg_catalog.pg_restore_relation_stats('version', '180000'::integer);\n",
};
const entries = [...settingEntries, ...tableEntries, statistics];
const header = (): number => buildArchive({ minor: 16, compression: 0 }).length - 5;

/** An archive as pg_dump writes it into a file that is open for appending: its second table of contents lies behind the data. */
function appended(second: BuiltEntry[]): Buffer {
  const placed = withOffsets({ minor: 16, compression: 0, entries }).entries ?? [];
  const copy = second.map((entry) => {
    const { offset, offsetState } = placed.find(({ id }) => id === entry.id) ?? {};
    const { data: _, ...rest } = entry;
    return {
      ...rest,
      ...(offset === undefined ? {} : { offset }),
      ...(offsetState === undefined ? {} : { offsetState }),
    };
  });
  const contents = buildArchive({ minor: 16, compression: 0, entries: copy }).subarray(header());
  const unplaced = entries.map((entry) => (entry.data === undefined ? entry : { ...entry, offsetState: 1 }));
  return Buffer.concat([buildArchive({ minor: 16, compression: 0, entries: unplaced }), contents]);
}

describe('a second table of contents behind the data', () => {
  test.each([
    ['equal to the first', entries],
    [
      'without the definitions of statistics, as pg_dump 18 writes it',
      entries.map((entry) => (entry === statistics ? { ...entry, isWithoutDefinition: true } : entry)),
    ],
  ])('is accepted %s', async (_what, second) => {
    const { events, error, message } = await outcomeOf(readCustomArchive(sourceOf(appended(second))));
    expect([error, message, findingsOf(events)]).toEqual([null, '', []]);
    expect(rowCounts(events)).toEqual({ 'public.t': 3 });
  });

  test.each([
    [
      'has another definition',
      entries.map((entry) =>
        entry.id === 10 ? { ...entry, definition: 'CREATE TABLE public.t ();\n' } : entry,
      ),
    ],
    ['lacks an entry', entries.filter((entry) => entry !== statistics)],
  ])('is damage when it %s', async (_what, second) => {
    expect((await outcomeOf(readCustomArchive(sourceOf(appended(second))))).error).toBe('DUMP_CORRUPT');
  });

  test('is no second archive, whose data pg_restore would not see', async () => {
    const archive = buildArchive(withOffsets({ minor: 16, compression: 0, entries }));
    const { error, message } = await outcomeOf(
      readCustomArchive(sourceOf(Buffer.concat([archive, archive]))),
    );
    expect(error).toBe('DUMP_CORRUPT');
    expect(message).toContain(`another archive follows the first, from byte ${archive.length} on`);
  });
});
