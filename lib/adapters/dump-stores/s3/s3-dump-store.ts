import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { _Object, HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import type { DumpObject } from '../../../domain/backup/dump.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { DumpStore, ReadOptions } from '../../../ports/dump-store.ts';
import { awsErrorFacts } from '../../aws/aws-errors.ts';
import { defaultParts, type RangeAnswer, readInParts } from './ranged-reader.ts';
import { makeS3Client, type S3Connection } from './s3-client.ts';
import { namedS3Error } from './s3-errors.ts';
import { s3Url } from './s3-location.ts';

export interface S3DumpStoreOptions extends S3Connection {
  bucket: string;
  /** Start of the keys to list, e.g. `postgres/`; empty for the whole bucket. */
  prefix: string;
  /** Account that must own the bucket, against a bucket of the same name in foreign hands. */
  expectedBucketOwner: string | null;
  /** Bytes and number of parallel requests; for tests. */
  parts?: { partBytes: number; concurrency: number };
  /** Waits before a retry; for tests. */
  sleep?(seconds: number): Promise<void>;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Classes that GET refuses until the object is restored; GLACIER_IR is read directly (docs/facts.md#archived-objects). */
const archivedClasses = new Set(['GLACIER', 'DEEP_ARCHIVE']);
/** Days that a thawed copy stays: a drill, a repetition, a weekend. */
const thawDays = 4;

/**
 * Reads dumps from S3 or a compatible store. The SDK is loaded with the first request, because a drill of a local file
 * shall not pay for it (some 150 ms). Never writes; `thaw` asks S3 for a temporary copy of an archived object.
 */
export function createS3DumpStore(
  options: S3DumpStoreOptions,
): DumpStore & { thaw: NonNullable<DumpStore['thaw']> } {
  const { bucket, prefix } = options;
  const owned =
    options.expectedBucketOwner === null ? {} : { ExpectedBucketOwner: options.expectedBucketOwner };
  let loaded: Promise<{ sdk: Sdk; client: S3Client }> | null = null;
  const load = () => {
    // The SDK warns of its own Node versions into the middle of our progress; package.json says which ones we support.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    loaded ??= import('@aws-sdk/client-s3').then((sdk) => ({ sdk, client: makeS3Client(sdk, options) }));
    return loaded;
  };
  const what = (key: string) => s3Url({ bucket, key });

  async function head(key: string): Promise<HeadObjectCommandOutput | null> {
    const { sdk, client } = await load();
    try {
      return await client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key, ...owned }));
    } catch (error) {
      const named = namedS3Error(error, what(key));
      if (named.code === 'DUMP_NOT_FOUND') return null;
      throw named;
    }
  }

  return {
    location: what(prefix),
    stampsUploads: true,

    async *list(range) {
      const { sdk, client } = await load();
      // Not every compatible store knows this attribute; only AWS archives objects anyway.
      const attributes =
        options.endpointUrl === null ? { OptionalObjectAttributes: ['RestoreStatus' as const] } : {};
      let token: string | undefined;
      do {
        const input = {
          Bucket: bucket,
          Prefix: range?.beginning ?? prefix,
          // A page then begins where the last look ended, however many keys lie before (docs/facts.md#listing-from-a-key).
          ...(range?.after == null ? {} : { StartAfter: range.after }),
          EncodingType: 'url' as const,
          ...owned,
          ...attributes,
        };
        const command = new sdk.ListObjectsV2Command(
          token === undefined ? input : { ...input, ContinuationToken: token },
        );
        const page = await client.send(command).catch((error: unknown) => {
          throw namedS3Error(error, what(prefix));
        });
        for (const object of page.Contents ?? []) yield listed(object, page.EncodingType === 'url');
        // A truncated page without a token would otherwise end the listing early and hide newer dumps.
        if (page.IsTruncated === true && page.NextContinuationToken === undefined) {
          throw namedS3Error(new Error('a page of the listing names no next page'), what(prefix));
        }
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    },

    async stat(key) {
      const found = await head(key);
      if (found === null) return null;
      const archivedIn = found.ArchiveStatus ?? found.StorageClass;
      const archived = found.ArchiveStatus !== undefined || archivedClasses.has(found.StorageClass ?? '');
      const thawed = found.Restore?.includes('ongoing-request="false"') ?? false;
      return {
        key,
        sizeBytes: found.ContentLength ?? 0,
        modifiedAt: (found.LastModified ?? new Date(0)).toISOString(),
        ...(found.ETag === undefined ? {} : { etag: found.ETag }),
        ...(found.VersionId === undefined || found.VersionId === 'null'
          ? {}
          : { versionId: found.VersionId }),
        ...(archived && !thawed && archivedIn !== undefined ? { archivedIn } : {}),
      };
    },

    async open(key, read: ReadOptions = {}) {
      const { sdk, client } = await load();
      const pinned = read.versionId === undefined ? {} : { VersionId: read.versionId };
      const fetchRange = async (first: number, last: number, etag: string | null, signal: AbortSignal) => {
        const range = `bytes=${first}-${last}`;
        const condition = etag === null ? {} : { IfMatch: etag };
        const input = { Bucket: bucket, Key: key, Range: range, ...pinned, ...condition, ...owned };
        try {
          const answer = await client.send(new sdk.GetObjectCommand(input), { abortSignal: signal });
          refuseOtherBytes(answer, { first, etag, what: what(key) });
          return {
            body: answer.Body as AsyncIterable<Uint8Array>,
            totalBytes: totalOf(answer.ContentRange),
            etag: answer.ETag ?? null,
          } satisfies RangeAnswer;
        } catch (error) {
          // 416: nothing at this offset, as for the first byte of an empty object.
          const { name, status } = awsErrorFacts(error);
          if (name === 'InvalidRange' || status === 416) return null;
          throw error;
        }
      };
      const bytes = readInParts(
        { fetchRange, sleep: options.sleep ?? ((seconds) => wait(seconds * 1000)) },
        {
          startByte: read.startByte ?? 0,
          endByte: read.endByte ?? null,
          etag: read.etag ?? null,
          ...(options.parts ?? defaultParts),
        },
        read.signal,
      );
      return readableOf(bytes, (error) => (read.signal?.aborted ? error : namedS3Error(error, what(key))));
    },

    async thaw(key) {
      const found = await head(key);
      if (found === null) throw namedS3Error(Object.assign(new Error(), { name: 'NotFound' }), what(key));
      const archived = found.ArchiveStatus !== undefined || archivedClasses.has(found.StorageClass ?? '');
      if (!archived || found.Restore?.includes('ongoing-request="false"')) return 'ready';
      if (found.Restore?.includes('ongoing-request="true"')) return 'thawing';
      const { sdk, client } = await load();
      const request = { Days: thawDays, GlacierJobParameters: { Tier: 'Standard' as const } };
      try {
        await client.send(
          new sdk.RestoreObjectCommand({ Bucket: bucket, Key: key, RestoreRequest: request, ...owned }),
        );
      } catch (error) {
        if (awsErrorFacts(error).name !== 'RestoreAlreadyInProgress') throw namedS3Error(error, what(key));
      }
      return 'thawing';
    },
  };
}

/** Opens the stream only when its first byte is there, so that a missing or changed object is told by `open` itself. */
async function readableOf(
  bytes: AsyncGenerator<Buffer>,
  named: (error: unknown) => unknown,
): Promise<Readable> {
  const first = await bytes.next().catch((error: unknown) => {
    throw named(error);
  });
  async function* rest() {
    try {
      if (first.done !== true) yield first.value;
      yield* bytes;
    } catch (error) {
      throw named(error);
    }
  }
  // One part is read ahead at most: the parts in flight are the buffer.
  const stream = Readable.from(rest(), { objectMode: false, highWaterMark: 1 });
  // Stops the requests in flight, also when nobody ever read.
  stream.once('close', () => void bytes.return(undefined));
  return stream;
}

function listed(object: _Object, urlEncoded: boolean): DumpObject {
  const key = object.Key ?? '';
  const thawed =
    object.RestoreStatus?.IsRestoreInProgress === false &&
    object.RestoreStatus.RestoreExpiryDate !== undefined;
  const archived = archivedClasses.has(object.StorageClass ?? '') && !thawed;
  return {
    key: urlEncoded ? decodeURIComponent(key.replace(/\+/g, ' ')) : key,
    sizeBytes: object.Size ?? 0,
    modifiedAt: (object.LastModified ?? new Date(0)).toISOString(),
    ...(object.ETag === undefined ? {} : { etag: object.ETag }),
    ...(archived && object.StorageClass !== undefined ? { archivedIn: object.StorageClass } : {}),
  };
}

/**
 * Not every compatible store, nor every cache before one, heeds what a request says the object must be, or keeps two
 * answers apart: what came is held against it as well.
 *
 * @throws DrillError DUMP_CHANGED for another object; an error that may be retried for another range of it
 */
function refuseOtherBytes(
  { ETag, ContentRange }: { ETag?: string | undefined; ContentRange?: string | undefined },
  asked: { first: number; etag: string | null; what: string },
): void {
  if (asked.etag !== null && ETag !== undefined && strongTag(ETag) !== strongTag(asked.etag)) {
    throw new DrillError('DUMP_CHANGED', `${asked.what} is no longer the object that was selected`);
  }
  const begins = /^bytes (\d+)-/.exec(ContentRange ?? '')?.[1];
  if (begins !== undefined && Number(begins) !== asked.first)
    throw new Error('the store answered with another range');
}

/** A proxy that compresses marks the tag of the same object as weak (RFC 9110, 8.8.1). */
const strongTag = (etag: string): string => etag.replace(/^W\//, '');

/** `bytes 0-99/1234` → 1234; null when the store ignored the range. */
function totalOf(contentRange: string | undefined): number | null {
  const total = /^bytes \d+-\d+\/(\d+)$/.exec(contentRange ?? '')?.[1];
  return total === undefined ? null : Number(total);
}
