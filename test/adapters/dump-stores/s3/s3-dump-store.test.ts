import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import {
  createS3DumpStore,
  type S3DumpStoreOptions,
} from '../../../../lib/adapters/dump-stores/s3/s3-dump-store.ts';
import type { DumpObject } from '../../../../lib/domain/backup/dump.ts';
import { errorAnswer, rangeOf, recordedS3 } from './recorded-s3.ts';

function aStore(handler: S3DumpStoreOptions['requestHandler'], options: Partial<S3DumpStoreOptions> = {}) {
  return createS3DumpStore({
    bucket: 'acme-backups',
    prefix: 'postgres/',
    region: 'eu-west-1',
    endpointUrl: null,
    pathStyle: true,
    credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
    expectedBucketOwner: null,
    requestHandler: handler,
    parts: { partBytes: 1000, concurrency: 4 },
    sleep: async () => undefined,
    ...options,
  });
}

async function listed(store: ReturnType<typeof aStore>): Promise<DumpObject[]> {
  const objects: DumpObject[] = [];
  for await (const object of store.list()) objects.push(object);
  return objects;
}

function page(keys: string[], next: string | null, attributes = ''): string {
  const contents = keys
    .map(
      (key) =>
        `<Contents><Key>${key}</Key><Size>7</Size><LastModified>2026-11-18T02:00:00.000Z</LastModified><ETag>"e"</ETag>${attributes}</Contents>`,
    )
    .join('');
  const more =
    next === null
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`;
  return `<?xml version="1.0"?><ListBucketResult>${more}<EncodingType>url</EncodingType>${contents}</ListBucketResult>`;
}

describe('dumps in S3', () => {
  it('are listed to the last of three pages', async () => {
    const pages: Record<string, string> = {
      '': page(['postgres/a', 'postgres/b'], 'second'),
      second: page(['postgres/c'], 'third'),
      third: page(['postgres/d%2B1+e'], null),
    };
    const s3 = recordedS3(({ query }) => ({
      status: 200,
      body: pages[String(query['continuation-token'] ?? '')] ?? '',
    }));

    const objects = await listed(aStore(s3.requestHandler));

    expect(objects.map(({ key }) => key)).toEqual([
      'postgres/a',
      'postgres/b',
      'postgres/c',
      'postgres/d+1 e',
    ]);
    expect(objects[0]).toEqual({
      key: 'postgres/a',
      sizeBytes: 7,
      modifiedAt: '2026-11-18T02:00:00.000Z',
      etag: '"e"',
    });
    expect(s3.sent).toHaveLength(3);
    expect(s3.sent[0]?.query.prefix).toBe('postgres/');
  });

  it('of an empty prefix are none', async () => {
    const s3 = recordedS3(() => ({ status: 200, body: page([], null) }));

    expect(await listed(aStore(s3.requestHandler))).toEqual([]);
  });

  it('fail to be listed when a page says there is more but not where', async () => {
    const s3 = recordedS3(() => ({
      status: 200,
      body: '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>',
    }));

    await expect(listed(aStore(s3.requestHandler))).rejects.toMatchObject({ code: 'DUMP_UNREADABLE' });
  });

  it('that are archived say so, until they are thawed', async () => {
    const archived = '<StorageClass>DEEP_ARCHIVE</StorageClass>';
    const thawed = `${archived}<RestoreStatus><IsRestoreInProgress>false</IsRestoreInProgress><RestoreExpiryDate>2026-12-01T00:00:00.000Z</RestoreExpiryDate></RestoreStatus>`;
    const s3 = recordedS3(({ query }) =>
      query['continuation-token'] === undefined
        ? { status: 200, body: page(['postgres/cold'], 'next', archived) }
        : { status: 200, body: page(['postgres/thawed'], null, thawed) },
    );

    const [cold, warm] = await listed(aStore(s3.requestHandler));

    expect(cold?.archivedIn).toBe('DEEP_ARCHIVE');
    expect(warm).not.toHaveProperty('archivedIn');
  });

  it.each([0, 1, 999, 1000, 1001, 8000, 12_345])('of %i bytes arrive whole and in order', async (size) => {
    const content = randomBytes(size);
    const s3 = recordedS3((request) => rangeOf(content, request));

    const read = await buffer(await aStore(s3.requestHandler).open('postgres/x.dump'));

    expect(read.equals(content)).toBe(true);
    expect(s3.sent).toHaveLength(Math.max(1, Math.ceil(size / 1000)));
  });

  it('that fit one part cost one request', async () => {
    const s3 = recordedS3((request) => rangeOf(Buffer.from('short'), request));

    await buffer(await aStore(s3.requestHandler).open('postgres/x.dump'));

    expect(s3.sent.map(({ method }) => method)).toEqual(['GET']);
  });

  it('are read from and to a byte', async () => {
    const content = randomBytes(5000);
    const s3 = recordedS3((request) => rangeOf(content, request));

    const read = await buffer(await aStore(s3.requestHandler).open('x', { startByte: 1500, endByte: 3999 }));

    expect(read.equals(content.subarray(1500, 4000))).toBe(true);
  });

  it('are pinned to the version and ETag that were selected', async () => {
    const content = randomBytes(2500);
    const s3 = recordedS3((request) => rangeOf(content, request, '"chosen"'));

    await buffer(await aStore(s3.requestHandler).open('x', { versionId: 'v7', etag: '"chosen"' }));

    expect(s3.sent.map(({ query, headers }) => [query.versionId, headers['if-match']])).toEqual([
      ['v7', '"chosen"'],
      ['v7', '"chosen"'],
      ['v7', '"chosen"'],
    ]);
  });

  it('are pinned to the first answer when nothing was selected', async () => {
    const content = randomBytes(2500);
    const s3 = recordedS3((request) => rangeOf(content, request, '"first"'));

    await buffer(await aStore(s3.requestHandler).open('x'));

    expect(s3.sent.map(({ headers }) => headers['if-match'])).toEqual([undefined, '"first"', '"first"']);
  });

  it('that are replaced half-way are never mixed', async () => {
    const content = randomBytes(9000);
    const s3 = recordedS3((request, count) =>
      count > 3 ? errorAnswer(412, 'PreconditionFailed') : rangeOf(content, request),
    );

    const reading = buffer(await aStore(s3.requestHandler).open('x'));

    await expect(reading).rejects.toMatchObject({ code: 'DUMP_CHANGED' });
  });

  it('that are replaced half-way in a store that heeds no condition are never mixed', async () => {
    const [before, after] = [randomBytes(9000), randomBytes(9000)];
    const s3 = recordedS3((request, count) =>
      count > 3 ? rangeOf(after, request, '"two"') : rangeOf(before, request, '"one"'),
    );

    const reading = buffer(await aStore(s3.requestHandler).open('x', { etag: '"one"' }));

    await expect(reading).rejects.toMatchObject({ code: 'DUMP_CHANGED' });
  });

  it('are the same behind a proxy that marks their tag as weak', async () => {
    const content = randomBytes(2500);
    const s3 = recordedS3((request) => rangeOf(content, request, 'W/"one"'));

    const read = await buffer(await aStore(s3.requestHandler).open('x', { etag: '"one"' }));

    expect(read.equals(content)).toBe(true);
  });

  it('are asked for again when another range of them came', async () => {
    const content = randomBytes(4000);
    let mixedUp = true;
    const s3 = recordedS3((request) => {
      if (request.headers.range !== 'bytes=1000-1999' || !mixedUp) return rangeOf(content, request);
      mixedUp = false;
      return rangeOf(content, { ...request, headers: { range: 'bytes=2000-2999' } });
    });

    const read = await buffer(await aStore(s3.requestHandler).open('x'));

    expect(read.equals(content)).toBe(true);
    expect(mixedUp).toBe(false);
  });

  it('survive a connection that breaks in the middle of a part', async () => {
    const content = randomBytes(4000);
    let breaks = 2;
    const s3 = recordedS3((request) => {
      const whole = rangeOf(content, request);
      if (!/^bytes=[12]\d{3}/.test(request.headers.range ?? '') || breaks === 0) return whole;
      breaks -= 1;
      return { ...whole, body: breakingAfter(whole.body as Buffer, 300) };
    });

    const read = await buffer(await aStore(s3.requestHandler).open('x'));

    expect(read.equals(content)).toBe(true);
    expect(breaks).toBe(0);
    expect(s3.sent.some(({ headers }) => /^bytes=[12]300-/.test(headers.range ?? ''))).toBe(true);
  });

  it('survive a body that ends early without an error', async () => {
    const content = randomBytes(3000);
    let short = true;
    const s3 = recordedS3((request) => {
      const whole = rangeOf(content, request);
      if (request.headers.range !== 'bytes=1000-1999' || !short) return whole;
      short = false;
      return { ...whole, body: (whole.body as Buffer).subarray(0, 100) };
    });

    expect((await buffer(await aStore(s3.requestHandler).open('x'))).equals(content)).toBe(true);
  });

  it('fail by name when the connection keeps breaking', async () => {
    const content = randomBytes(3000);
    const s3 = recordedS3((request) => {
      const whole = rangeOf(content, request);
      return request.headers.range?.startsWith('bytes=0-')
        ? whole
        : { ...whole, body: breakingAfter(whole.body as Buffer, 0) };
    });

    await expect(aStore(s3.requestHandler).open('x').then(buffer)).rejects.toMatchObject({
      code: 'DUMP_UNREADABLE',
      fault: 'service',
    });
  });

  it('stop being fetched when the reader goes away', async () => {
    const content = randomBytes(100_000);
    const s3 = recordedS3((request) => rangeOf(content, request));

    const stream = await aStore(s3.requestHandler).open('x');
    stream.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(s3.sent.length).toBeLessThan(8);
  });

  it('wait for a slow reader instead of filling the memory', async () => {
    const content = randomBytes(100_000);
    const s3 = recordedS3((request) => rangeOf(content, request));

    const stream = await aStore(s3.requestHandler).open('x');
    stream.read(1);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(s3.sent.length).toBeLessThanOrEqual(7);
    stream.destroy();
  });

  it('come whole from a store that ignores ranges', async () => {
    const content = randomBytes(3000);
    const s3 = recordedS3(() => ({ status: 200, headers: { 'content-length': '3000' }, body: content }));

    expect(
      (await buffer(await aStore(s3.requestHandler).open('x', { startByte: 10 }))).equals(
        content.subarray(10),
      ),
    ).toBe(true);
  });

  it.each([
    [404, 'NoSuchKey', 'DUMP_NOT_FOUND', 'Check the key'],
    [404, 'NoSuchBucket', 'DUMP_NOT_FOUND', 'Check the name of the bucket'],
    [403, 'AccessDenied', 'DUMP_UNREADABLE', 's3:ListBucket'],
    [403, 'InvalidObjectState', 'DUMP_UNREADABLE', 'Thaw it'],
    [403, 'ExpiredToken', 'DUMP_UNREADABLE', 'Sign in again'],
    [403, 'SignatureDoesNotMatch', 'DUMP_UNREADABLE', 'Sign in again'],
    [400, 'AuthorizationHeaderMalformed', 'DUMP_UNREADABLE', 'source.region'],
    [407, 'ProxyAuthenticationRequired', 'DUMP_UNREADABLE', 'proxy'],
    [412, 'PreconditionFailed', 'DUMP_CHANGED', 'Let the backup job finish'],
    [400, 'Odd', 'DUMP_UNREADABLE', 'Odd in words'],
  ])('that answer %i %s are %s', async (status, code, expected, hint) => {
    const s3 = recordedS3(() => errorAnswer(status, code));

    await expect(aStore(s3.requestHandler).open('x.dump')).rejects.toMatchObject({
      code: expected,
      hint: expect.stringContaining(hint),
      message: expect.stringContaining('s3://acme-backups/x.dump'),
    });
  });

  it('name missing credentials', async () => {
    const s3 = recordedS3(() => null);
    const store = aStore(s3.requestHandler, { credentials: null });
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      delete process.env[name];

    const opening = store.open('x');

    await expect(opening).rejects.toMatchObject({
      code: 'DUMP_UNREADABLE',
      message: expect.stringContaining('no credentials'),
    });
    process.env = before;
  });

  it('are looked at with version and ETag, so that they can be pinned', async () => {
    const s3 = recordedS3(() => ({
      status: 200,
      headers: {
        'content-length': '42',
        etag: '"e"',
        'x-amz-version-id': 'v1',
        'last-modified': 'Wed, 18 Nov 2026 02:00:00 GMT',
      },
    }));

    expect(await aStore(s3.requestHandler).stat('x')).toEqual({
      key: 'x',
      sizeBytes: 42,
      modifiedAt: '2026-11-18T02:00:00.000Z',
      etag: '"e"',
      versionId: 'v1',
    });
  });

  it('that do not exist are null', async () => {
    expect(await aStore(recordedS3(() => ({ status: 404 })).requestHandler).stat('x')).toBeNull();
  });

  it('that may not be looked at are an error, not null', async () => {
    await expect(aStore(recordedS3(() => ({ status: 403 })).requestHandler).stat('x')).rejects.toMatchObject({
      code: 'DUMP_UNREADABLE',
      hint: expect.stringContaining('s3:ListBucket'),
    });
  });

  it('send no checksum headers to a store other than AWS', async () => {
    const s3 = recordedS3((request) => rangeOf(Buffer.from('x'), request));

    await buffer(
      await aStore(s3.requestHandler, { endpointUrl: 'https://r2.example', region: null }).open('x'),
    );

    expect(Object.keys(s3.sent[0]?.headers ?? {}).filter((name) => name.includes('checksum'))).toEqual([]);
    expect(s3.sent[0]?.headers.authorization).toContain('/auto/s3/');
  });

  it('thaw when they are archived, once', async () => {
    let restore: string | undefined;
    const s3 = recordedS3(({ method }) => {
      if (method === 'HEAD') {
        return {
          status: 200,
          headers: {
            'x-amz-storage-class': 'GLACIER',
            ...(restore === undefined ? {} : { 'x-amz-restore': restore }),
          },
        };
      }
      restore = 'ongoing-request="true"';
      return { status: 202 };
    });
    const store = aStore(s3.requestHandler);

    expect(await store.thaw('x')).toBe('thawing');
    expect(await store.thaw('x')).toBe('thawing');
    restore = 'ongoing-request="false", expiry-date="Fri, 04 Dec 2026 00:00:00 GMT"';
    expect(await store.thaw('x')).toBe('ready');
    expect(s3.sent.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

function breakingAfter(body: Buffer, bytes: number): Readable {
  return Readable.from(
    (async function* () {
      if (bytes > 0) yield body.subarray(0, bytes);
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
    })(),
    { objectMode: false },
  );
}
