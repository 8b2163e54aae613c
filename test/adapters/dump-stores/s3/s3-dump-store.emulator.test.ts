import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3DumpStore } from '../../../../lib/adapters/dump-stores/s3/s3-dump-store.ts';

/**
 * An S3 server that nobody here wrote: moto 5.2.4. Made by
 * `python3 -m venv $TMPDIR/restore-drill-emulators/moto && …/moto/bin/pip install 'moto[server,s3]==5.2.4'`;
 * another place is named by RESTORE_DRILL_MOTO_SERVER.
 */
const motoServer =
  process.env.RESTORE_DRILL_MOTO_SERVER ??
  join(tmpdir(), 'restore-drill-emulators', 'moto', 'bin', 'moto_server');
const present = existsSync(motoServer);

const credentials = { accessKeyId: 'testing', secretAccessKey: 'testing' };
let server: ChildProcess;
let endpoint: string;
let client: S3Client;

const describeWithMoto = present ? describe : () => undefined;

describeWithMoto('dumps in an S3-compatible store (moto)', () => {
  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    server = spawn(motoServer, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    await untilAnswers(endpoint);
    client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    await client.send(new CreateBucketCommand({ Bucket: 'acme-backups' }));
    await client.send(
      new PutBucketVersioningCommand({
        Bucket: 'acme-backups',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
  });

  afterAll(() => {
    client.destroy();
    server.kill();
  });

  const aStore = (prefix: string, parts = { partBytes: 100_000, concurrency: 4 }) =>
    createS3DumpStore({
      bucket: 'acme-backups',
      prefix,
      region: 'us-east-1',
      endpointUrl: endpoint,
      pathStyle: true,
      credentials,
      expectedBucketOwner: null,
      parts,
    });
  const put = (key: string, body: Buffer | string, storageClass?: 'GLACIER') =>
    client.send(
      new PutObjectCommand({
        Bucket: 'acme-backups',
        Key: key,
        Body: body,
        ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
      }),
    );

  it('are listed over several pages with odd names as they are', async () => {
    const names = Array.from(
      { length: 1003 },
      (_, index) => `many/${String(index).padStart(4, '0')} +%é.dump`,
    );
    for (let start = 0; start < names.length; start += 20) {
      await Promise.all(names.slice(start, start + 20).map((name) => put(name, 'x')));
    }

    const listed: string[] = [];
    for await (const { key } of aStore('many/').list()) listed.push(key);

    expect(listed.sort()).toEqual(names.sort());
  });

  it('arrive whole by parallel ranges', async () => {
    const content = randomBytes(1_234_567);
    await put('whole/x.dump', content);
    const store = aStore('whole/');
    const found = await store.stat('whole/x.dump');

    const read = await buffer(
      await store.open('whole/x.dump', { etag: found?.etag ?? '', versionId: found?.versionId ?? '' }),
    );

    expect(read.equals(content)).toBe(true);
    expect(found).toMatchObject({ sizeBytes: 1_234_567 });
    expect(found?.versionId).toEqual(expect.any(String));
  });

  it('that are empty arrive empty', async () => {
    await put('empty.dump', '');

    expect(await buffer(await aStore('').open('empty.dump'))).toHaveLength(0);
  });

  it('stay the selected version when they are overwritten', async () => {
    await put('pinned.dump', 'first');
    const store = aStore('');
    const found = await store.stat('pinned.dump');
    await put('pinned.dump', 'second');

    const read = await buffer(await store.open('pinned.dump', { versionId: found?.versionId ?? '' }));

    expect(read.toString()).toBe('first');
    await expect(store.open('pinned.dump', { etag: found?.etag ?? '' })).rejects.toMatchObject({
      code: 'DUMP_CHANGED',
    });
  });

  it('that were deleted are named', async () => {
    await put('gone.dump', 'x');
    await client.send(new DeleteObjectCommand({ Bucket: 'acme-backups', Key: 'gone.dump' }));

    expect(await aStore('').stat('gone.dump')).toBeNull();
    await expect(aStore('').open('gone.dump')).rejects.toMatchObject({ code: 'DUMP_NOT_FOUND' });
  });

  it('of a bucket that does not exist are named', async () => {
    const store = createS3DumpStore({
      bucket: 'nobody-has-this',
      prefix: '',
      region: 'us-east-1',
      endpointUrl: endpoint,
      pathStyle: true,
      credentials,
      expectedBucketOwner: null,
    });

    await expect(store.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'DUMP_NOT_FOUND',
      message: expect.stringContaining('no bucket'),
    });
  });

  it('that are archived say so', async () => {
    await put('cold/x.dump', 'x', 'GLACIER');

    for await (const object of aStore('cold/').list()) expect(object.archivedIn).toBe('GLACIER');
    expect(await aStore('cold/').stat('cold/x.dump')).toMatchObject({ archivedIn: 'GLACIER' });
  });
});

if (!present) {
  describe('dumps in an S3-compatible store (moto)', () => {
    it('were NOT tested against an S3 server here: moto is not installed', () => {
      process.stderr.write(
        `not run: test/adapters/dump-stores/s3/s3-dump-store.emulator.test.ts (no ${motoServer})\n`,
      );
      expect(present).toBe(false);
    });
  });
}

describe('a store that nobody serves', () => {
  it('is named, with its endpoint to check', async () => {
    const store = createS3DumpStore({
      bucket: 'acme-backups',
      prefix: '',
      region: null,
      endpointUrl: `http://127.0.0.1:${await freePort()}`,
      pathStyle: true,
      credentials,
      expectedBucketOwner: null,
    });

    await expect(store.open('x')).rejects.toMatchObject({
      code: 'DUMP_UNREADABLE',
      message: expect.stringContaining('ECONNREFUSED'),
      hint: expect.stringContaining('endpointUrl'),
    });
  });
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      return;
    await wait(200);
  }
  throw new Error(`moto does not answer at ${url}`);
}
