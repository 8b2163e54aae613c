import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFileDumpStore,
  createFolderDumpStore,
} from '../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { openConfiguredStore } from '../../../../lib/adapters/dump-stores/open-for-local.ts';
import { namedFileError } from '../../../../lib/adapters/files/file-errors.ts';
import { parseConfig } from '../../../../lib/domain/config/index.ts';
import type { DumpStore } from '../../../../lib/ports/dump-store.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'folder-dump-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, content: string | Buffer = 'x'): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function keysOf(store: DumpStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list()) keys.push(key);
  return keys.sort();
}

describe('dumps in a folder', () => {
  it('are listed with everything below it', async () => {
    await put('a.dump');
    await put('20261118/b.sql.gz');
    await put('x.dir/toc.dat');

    expect(await keysOf(createFolderDumpStore(folder))).toEqual([
      '20261118/b.sql.gz',
      'a.dump',
      'x.dir/toc.dat',
    ]);
  });

  it('have a size, a time and a tag', async () => {
    await utimes(await put('a.dump', 'abc'), 0, new Date('2026-11-18T02:00:00.000Z'));

    expect(await createFolderDumpStore(folder).stat('a.dump')).toEqual({
      key: 'a.dump',
      sizeBytes: 3,
      modifiedAt: '2026-11-18T02:00:00.000Z',
      etag: expect.any(String),
    });
  });

  it('are listed under the names of their own folders, whatever links lead to them', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `${index}`);
    for (const name of names) await symlink(join(folder, `real-${name}`), join(folder, `latest-${name}`));
    for (const name of names) await put(`real-${name}/a.dump`);

    expect(await keysOf(createFolderDumpStore(folder))).toEqual(
      names.map((name) => `real-${name}/a.dump`).sort(),
    );
  });

  it('may be reached by links; a link to nothing, a pipe and a circle are left out', async () => {
    await put('real/a.dump');
    await symlink(join(folder, 'real/a.dump'), join(folder, 'latest.dump'));
    await symlink(join(folder, 'nowhere'), join(folder, 'dangling.dump'));
    await symlink(folder, join(folder, 'real/circle'));
    execFileSync('mkfifo', [join(folder, 'pipe.dump')]);

    expect(await keysOf(createFolderDumpStore(folder))).toEqual(['latest.dump', 'real/a.dump']);
  });

  it('that is not there is named', async () => {
    const missing = join(folder, 'missing');

    await expect(keysOf(createFolderDumpStore(missing))).rejects.toMatchObject({
      code: 'DUMP_NOT_FOUND',
      message: expect.stringContaining(missing),
    });
  });

  it('are read whole, or from and to a byte', async () => {
    const content = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    await put('a.dump', content);
    const store = createFolderDumpStore(folder);

    expect((await buffer(await store.open('a.dump'))).equals(content)).toBe(true);
    const part = await buffer(await store.open('a.dump', { startByte: 10, endByte: 2_000_009 }));
    expect(part.equals(content.subarray(10, 2_000_010))).toBe(true);
  });

  it('that are empty are read as nothing', async () => {
    await put('a.dump', '');

    expect(await text(await createFolderDumpStore(folder).open('a.dump'))).toBe('');
  });

  it('that were replaced since they were selected are refused', async () => {
    await put('a.dump', 'first');
    const store = createFolderDumpStore(folder);
    const found = await store.stat('a.dump');
    await put('a.dump', 'second');

    await expect(store.open('a.dump', { etag: found?.etag ?? '' })).rejects.toMatchObject({
      code: 'DUMP_CHANGED',
    });
  });

  it('that grow while they are read are refused', async () => {
    const path = await put('a.dump', Buffer.alloc(3_000_000));
    const stream = await createFolderDumpStore(folder).open('a.dump');
    await appendFile(path, 'more');

    await expect(buffer(stream)).rejects.toMatchObject({ code: 'DUMP_CHANGED' });
  });

  it.each(['../secret', 'a/../../secret'])('are never %s, outside of it', async (key) => {
    await expect(createFolderDumpStore(folder).open(key)).rejects.toMatchObject({ code: 'DUMP_NOT_FOUND' });
  });

  it('that are missing are null to look at and named to open', async () => {
    const store = createFolderDumpStore(folder);

    expect(await store.stat('a.dump')).toBeNull();
    await expect(store.open('a.dump')).rejects.toMatchObject({ code: 'DUMP_NOT_FOUND' });
  });
});

describe('an error of the file system', () => {
  it.each([
    ['EACCES', 'DUMP_UNREADABLE', '/d/a.dump may not be read by this user'],
    ['ENOTDIR', 'DUMP_NOT_FOUND', '/d/a.dump does not exist'],
    ['ENAMETOOLONG', 'DUMP_NOT_FOUND', '/d/a.dump does not exist: its name is too long for a file'],
    ['EIO', 'DUMP_UNREADABLE', '/d/a.dump could not be read (EIO)'],
  ])('%s becomes %s and names the file', (code, expected, message) => {
    expect(namedFileError(Object.assign(new Error(), { code }), '/d/a.dump')).toMatchObject({
      code: expected,
      message,
    });
  });
});

describe('a single dump', () => {
  it('is listed with its checksum file and nothing else', async () => {
    await put('a.dump');
    await put('a.dump.sha256');
    await put('b.dump');

    const { store, key } = await createFileDumpStore(join(folder, 'a.dump'));

    expect(key).toBe('a.dump');
    expect(await keysOf(store)).toEqual(['a.dump', 'a.dump.sha256']);
    expect(await text(await store.open('a.dump'))).toBe('x');
  });

  it('may be a folder', async () => {
    await put('x.dir/toc.dat');
    await put('x.dir/1.dat');
    await put('other.dump');

    const { store, key } = await createFileDumpStore(join(folder, 'x.dir/'));

    expect(key).toBe('x.dir/');
    expect(await keysOf(store)).toEqual(['x.dir/1.dat', 'x.dir/toc.dat']);
  });

  it('that is not there is named', async () => {
    await expect(createFileDumpStore(join(folder, 'a.dump'))).rejects.toMatchObject({
      code: 'DUMP_NOT_FOUND',
      message: expect.stringContaining('a.dump'),
    });
  });

  it('that is a pipe is refused', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);

    await expect(createFileDumpStore(join(folder, 'pipe'))).rejects.toMatchObject({
      code: 'DUMP_UNREADABLE',
    });
  });
});

describe('the source of a database', () => {
  function source(yaml: string) {
    const parsed = parseConfig(`databases: { shop: { source: ${yaml} } }`);
    const shop = 'config' in parsed ? parsed.config.databases.shop : undefined;
    if (shop === undefined) throw new Error('bad source');
    return shop.source;
  }

  it('in a folder lies relative to drills.yaml', async () => {
    await put('dumps/a.dump');

    const { store, prefix } = await openConfiguredStore(source('{ folder: dumps }'), { baseFolder: folder });

    expect(prefix).toBe('');
    expect(await keysOf(store)).toEqual(['a.dump']);
  });

  it('in a bucket keeps its prefix', async () => {
    const { store, prefix } = await openConfiguredStore(source('{ bucket: acme-backups, prefix: postgres }'));

    expect(prefix).toBe('postgres/');
    expect(store.location).toBe('s3://acme-backups/postgres/');
  });

  it('in a bucket is read from a folder in its place, with or without the prefix', async () => {
    await put('bucket/postgres/a.dump');
    await put('below/a.dump');
    const bucket = source('{ bucket: acme-backups, prefix: postgres }');

    for (const fromFolder of [join(folder, 'bucket'), join(folder, 'below')]) {
      const { store, prefix } = await openConfiguredStore(bucket, { fromFolder });
      expect(prefix).toBe('');
      expect(await keysOf(store)).toEqual(['a.dump']);
    }
  });
});
