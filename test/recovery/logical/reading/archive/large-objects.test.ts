import { describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readCustomArchive } from '../../../../../lib/recovery/logical/reading/archive/custom-archive.ts';
import { readDirectoryArchive } from '../../../../../lib/recovery/logical/reading/archive/directory-archive.ts';
import { readTarArchive } from '../../../../../lib/recovery/logical/reading/archive/tar-archive.ts';
import { bufferSource, directoryFrom, eventsOf, ofKind } from './archive-events.ts';
import { customWithObjects, filesWithObjects, objects, tarWithObjects } from './large-object-archive.ts';

function objectsOf(events: DumpEvent[]): [number, Buffer][] {
  const found: [number, Buffer][] = [];
  for (const event of events) {
    if (event.kind === 'large-object-begin') found.push([event.oid, Buffer.alloc(0)]);
    const last = found.at(-1);
    if (event.kind === 'large-object-block' && last !== undefined)
      last[1] = Buffer.concat([last[1], event.bytes]);
  }
  return found;
}

describe.each([14, 16])('large objects of archive version 1.%i', (minor) => {
  test.each([
    ['custom', async () => readCustomArchive(bufferSource(customWithObjects(minor)))],
    ['tar', async () => readTarArchive(bufferSource(await tarWithObjects(minor)))],
    ['directory', async () => readDirectoryArchive(directoryFrom(new Map(filesWithObjects(minor, true))))],
  ] as const)('come with their contents, created by entries before them: %s', async (_, open) => {
    const events = await eventsOf(await open());

    expect(objectsOf(events)).toEqual(objects);
    expect(ofKind(events, 'large-object-begin').every(({ create }) => !create)).toBe(true);
    const created = events.findIndex(
      (event) =>
        event.kind === 'entry' && event.entry.statements.some(({ sql }) => sql.includes('lo_create')),
    );
    expect(created).toBeGreaterThan(0);
    expect(created).toBeLessThan(events.findIndex(({ kind }) => kind === 'large-object-begin'));
  });
});

test('an owner and an ACL of 1.16 go for each object of their group', async () => {
  const events = await eventsOf(readCustomArchive(bufferSource(customWithObjects(16))));

  const statements = ofKind(events, 'entry').flatMap(({ entry }) => entry.statements.map(({ sql }) => sql));
  expect(statements).toEqual(
    expect.arrayContaining([
      'ALTER LARGE OBJECT 70001 OWNER TO me',
      'ALTER LARGE OBJECT 3000000000 OWNER TO me',
      'GRANT SELECT ON LARGE OBJECT 70001 TO "LARGE OBJECT 1;"',
      'GRANT SELECT ON LARGE OBJECT 3000000000 TO "LARGE OBJECT 1;"',
    ]),
  );
});

test.each([
  ['the contents of one', /blob_70001/, 'the contents of large object 70001 are missing'],
  ['their list', /blobs\.toc/, 'the data of large objects BLOBS are missing: there is no file blobs.toc'],
  ['the data of a table', /11\.dat/, 'the data of table public.t are missing: there is no file 11.dat'],
])('refuses a directory that lacks %s', async (_, name, message) => {
  const files = new Map(filesWithObjects(14, true).filter(([file]) => !name.test(file)));

  await expect(eventsOf(readDirectoryArchive(directoryFrom(files)))).rejects.toMatchObject({
    code: 'DUMP_TRUNCATED',
    message,
  });
});
