import { describe, expect, test } from 'vitest';
import { createS3DumpStore } from '../../../lib/adapters/dump-stores/s3/s3-dump-store.ts';
import { parseConfig } from '../../../lib/domain/config/index.ts';
import { lookAtDumps } from '../../../lib/steps/watch/look-at-dumps.ts';
import { recordedS3 } from '../../adapters/dump-stores/s3/recorded-s3.ts';

const now = '2026-11-20T03:00:00.000Z';
const hour = 3_600_000;

function sourceOf(pattern: string) {
  const parsed = parseConfig(`databases:
  shop: { source: { bucket: acme-backups, prefix: postgres/, pattern: "${pattern}", maxAge: 26h } }
`);
  if (!('config' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.config.databases.shop!.source;
}
const ordered = sourceOf('shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz');

const stampOf = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
const keyAt = (at: number): string => `postgres/shop_${stampOf(at)}.sql.gz`;

/** S3 as it lists: in the order of keys, below a prefix, behind StartAfter, a thousand a page. */
function aBucket(keys: string[], uploadedAt: (key: string) => string = () => now) {
  const sorted = [...keys].sort();
  const s3 = recordedS3(({ query }) => {
    const from = String(query['continuation-token'] ?? query['start-after'] ?? '');
    const behind = sorted.filter((key) => key > from && key.startsWith(String(query.prefix ?? '')));
    const page = behind.slice(0, 1000);
    const more = behind.length > page.length;
    return {
      status: 200,
      body: `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${
        more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''
      }<EncodingType>url</EncodingType>${page
        .map(
          (key) =>
            `<Contents><Key>${key}</Key><Size>7</Size><LastModified>${uploadedAt(key)}</LastModified></Contents>`,
        )
        .join('')}</ListBucketResult>`,
    };
  });
  const store = createS3DumpStore({
    ...{
      bucket: 'acme-backups',
      prefix: 'postgres/',
      region: 'eu-west-1',
      endpointUrl: null,
      pathStyle: true,
    },
    ...{ credentials: { accessKeyId: 'k', secretAccessKey: 's' }, expectedBucketOwner: null },
    requestHandler: s3.requestHandler as never,
  });
  return { opened: { store, prefix: 'postgres/' }, requests: s3.sent };
}

const known = (key: string, listedAllAt = now) => ({
  newest: { key, moment: now },
  ...{ lookedAt: now, listedAllAt, refusedFor: null },
});
const choice = { now, tooOldAfterSeconds: 26 * 3600 };

describe('a look at a bucket of a million keys', () => {
  // A dump a minute for almost two years, and the uploads of an application beside them.
  const last = Date.parse(now) - hour;
  const dumps = Array.from({ length: 900_000 }, (_, index) => keyAt(last - index * 60_000));
  const others = Array.from({ length: 100_000 }, (_, index) => `postgres/zz-upload-${index}.bin`);

  test('costs two requests at most, once the newest dump is known', async () => {
    const { opened, requests } = aBucket([...dumps, ...others]);

    const found = await lookAtDumps(ordered, opened, known(keyAt(last - hour)), choice);

    expect(found.newest).toEqual({ key: keyAt(last), moment: new Date(last).toISOString() });
    expect(requests.length).toBeLessThanOrEqual(2);
  }, 60_000);
});

describe('a look from the last seen dump on', () => {
  const old = Date.parse(now) - 30 * hour;
  const fresh = Date.parse(now) - 2 * hour;

  test('finds it when there is no newer one, and says how old it is', async () => {
    const { opened } = aBucket([keyAt(old)]);

    expect((await lookAtDumps(ordered, opened, known(keyAt(old)), choice)).newest?.key).toBe(keyAt(old));
  });

  test('reads all keys when it is gone: an older one, or none, is what is left', async () => {
    const { opened, requests } = aBucket([keyAt(old)]);

    expect((await lookAtDumps(ordered, opened, known(keyAt(fresh)), choice)).newest?.key).toBe(keyAt(old));
    expect(requests).toHaveLength(2);
    const empty = aBucket([]);
    expect((await lookAtDumps(ordered, empty.opened, known(keyAt(fresh)), choice)).newest).toBeNull();
  });

  test('finds a newer dump that sorts before it, before it is called too old', async () => {
    const unordered = sourceOf('*_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz');
    const newer = `postgres/a_${stampOf(fresh)}.sql.gz`;
    const { opened, requests } = aBucket([keyAt(old), newer]);
    const before = known(keyAt(old), '2026-11-19T03:00:00.000Z');

    const found = await lookAtDumps(unordered, opened, before, choice);

    expect(found).toMatchObject({ newest: { key: newer }, listedAllAt: now });
    expect(requests).toHaveLength(2);
  });

  test('reads all keys of names without an order only every six hours while a dump is too old', async () => {
    const unordered = sourceOf('*_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz');
    const { opened, requests } = aBucket([keyAt(old)]);

    await lookAtDumps(unordered, opened, known(keyAt(old), '2026-11-20T00:00:00.000Z'), choice);

    expect(requests).toHaveLength(1);
  });
});
