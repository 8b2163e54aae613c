import { describe, expect, test } from 'vitest';
import type { OpenedSource } from '../../../lib/ports/drill-ports.ts';
import { lookAtArchive } from '../../../lib/steps/watch/look-at-archive.ts';

const now = '2026-11-20T03:00:00.000Z';
const choice = { now, tooOldAfterSeconds: 1200 };
const minutesAgo = (minutes: number): string => new Date(Date.parse(now) - minutes * 60_000).toISOString();
const segment = (number: number): string =>
  `pg/wal/0000000100000000${number.toString(16).toUpperCase().padStart(8, '0')}.gz`;

/** An archive whose last segment came so many minutes ago, one a minute before; counts the keys that it lists. */
function anArchive(segments: number, lastCameMinutesAgo: number) {
  const keys = Array.from({ length: segments }, (_, index) => ({
    key: segment(index + 1),
    modifiedAt: minutesAgo(lastCameMinutesAgo + segments - 1 - index),
  }));
  const counted = { listed: 0 };
  const opened: OpenedSource = {
    prefix: 'pg/',
    store: {
      location: 's3://acme/',
      async *list(range) {
        const { beginning, after } = range ?? { beginning: '', after: null };
        for (const { key, modifiedAt } of [{ key: 'pg/base.tar', modifiedAt: now }, ...keys]) {
          if (!key.startsWith(beginning) || (after !== null && key <= after)) continue;
          counted.listed += 1;
          yield { key, sizeBytes: 1, modifiedAt };
        }
      },
      stat: async () => null,
      open: () => Promise.reject(new Error('the watch opens nothing')),
    },
  };
  return { keys, opened, counted };
}

describe('a look at an archive of WAL', () => {
  test('finds the file that came last, and none that lies outside', async () => {
    const { opened } = anArchive(100, 3);

    expect(await lookAtArchive('wal/', opened, null, choice)).toMatchObject({
      newest: { key: segment(100), archivedAt: minutesAgo(3) },
      ...{ lookedAt: now, listedAllAt: now },
    });
  });

  test('lists a handful of keys, once the newest is known', async () => {
    const { opened, counted } = anArchive(100_000, 3);
    const known = {
      newest: { key: segment(99_990), archivedAt: minutesAgo(13) },
      listedAllAt: minutesAgo(300),
    };

    const found = await lookAtArchive('wal/', opened, { ...known, lookedAt: now, refusedFor: null }, choice);

    expect(found).toMatchObject({ newest: { key: segment(100_000) }, listedAllAt: minutesAgo(300) });
    expect(counted.listed).toBeLessThan(300);
  });

  test('reads all of it again when it seems to have stopped, and not every hour', async () => {
    const { opened, counted } = anArchive(1000, 600);
    const known = {
      newest: { key: segment(1000), archivedAt: minutesAgo(600) },
      lookedAt: now,
      refusedFor: null,
    };

    await lookAtArchive('wal/', opened, { ...known, listedAllAt: minutesAgo(60) }, choice);
    expect(counted.listed).toBeLessThan(300);
    await lookAtArchive('wal/', opened, { ...known, listedAllAt: minutesAgo(400) }, choice);
    expect(counted.listed).toBeGreaterThan(1000);
  });

  test('that lost its newest file tells of the one that is left', async () => {
    const { opened } = anArchive(10, 50);
    const known = {
      ...{ newest: { key: segment(11), archivedAt: minutesAgo(49) }, lookedAt: now, refusedFor: null },
      listedAllAt: minutesAgo(10),
    };
    expect((await lookAtArchive('wal/', opened, known, choice)).newest?.key).toBe(segment(10));
  });
});
