import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { DumpStore } from '../../../lib/ports/dump-store.ts';
import { openParts } from '../../../lib/recovery/streams/joined-parts.ts';

/** A bucket in memory, listed in no order, whose objects change their tag when they are written. */
function storeOf(objects: Record<string, string>): DumpStore {
  const objectOf = (key: string) => ({
    key,
    sizeBytes: (objects[key] ?? '').length,
    modifiedAt: '2026-11-20T02:00:00Z',
    etag: `tag of ${objects[key]}`,
  });
  return {
    location: 's3://acme-backups/',
    async *list() {
      for (const key of Object.keys(objects).toReversed()) yield objectOf(key);
    },
    stat: async (key) => (key in objects ? objectOf(key) : null),
    open: async (key, options) => {
      if (options?.etag !== objectOf(key).etag) throw new Error('opened without its tag');
      return Readable.from([Buffer.from(objects[key] ?? '')]);
    },
  };
}

const parts = {
  'd/shop.sql.aa': 'SELECT',
  'd/shop.sql.ab': ' 1;',
  'd/shop.sql.sha256': 'a digest',
  'd/other.sql.aa': 'no',
};

describe('the parts of a cut dump in a store', () => {
  test('are one stream in the order of their names, each as it was listed', async () => {
    const stream = await openParts(storeOf(parts), { key: 'd/shop.sql', count: 2, sizeBytes: 9 });
    expect(Buffer.concat(await stream.toArray()).toString()).toBe('SELECT 1;');
  });

  test.each([
    ['number', { count: 3, sizeBytes: 9 }],
    ['size', { count: 2, sizeBytes: 10 }],
  ])('are another dump than was selected when their %s differs', async (_, selected) => {
    const opening = openParts(storeOf(parts), { key: 'd/shop.sql', ...selected });
    await expect(opening).rejects.toMatchObject({ code: 'DUMP_CHANGED' });
  });
});
