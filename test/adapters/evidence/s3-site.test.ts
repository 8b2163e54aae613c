import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { createS3Site } from '../../../lib/adapters/evidence/s3-site.ts';
import { awsError, type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';

const clock = { now: () => new Date('2026-11-29T10:00:00.000Z'), sleep: async () => {} };

/** A bucket that keeps the conditions of S3: a tag for each content, and 412 where it is another one. */
function aBucket(locked = false) {
  const objects = new Map<string, { text: string; tag: string }>();
  const calls: RecordedCall[] = [];
  let writes = 0;
  const client = scripted(
    new S3Client({ region: 'eu-west-1' }),
    (command, { Key, Body, IfMatch, IfNoneMatch }) => {
      const there = objects.get(String(Key));
      if (command === 'HeadObject') {
        if (there === undefined) throw awsError('NotFound', 'Not Found', 404);
        return { ETag: there.tag };
      }
      if (IfNoneMatch === '*' ? there !== undefined : there?.tag !== IfMatch)
        throw awsError(
          'PreconditionFailed',
          'At least one of the pre-conditions you specified did not hold',
          412,
        );
      writes += 1;
      objects.set(String(Key), { text: String(Body), tag: `"${writes}"` });
      return {};
    },
    calls,
  );
  const site = createS3Site({ client, bucket: 'evidence', clock, locked });
  return { site, objects, calls };
}

describe('a page of the site', () => {
  test('is made, and renewed on the condition that it is as it was', async () => {
    const { site, objects, calls } = aBucket();
    await site.renew('index.html', async () => 'one');
    await site.renew('index.html', async () => 'two');

    expect(objects.get('site/index.html')?.text).toBe('two');
    expect(calls.filter(({ command }) => command === 'PutObject').map(({ input }) => input)).toEqual([
      {
        Bucket: 'evidence',
        Key: 'site/index.html',
        Body: 'one',
        ContentType: 'text/html; charset=utf-8',
        IfNoneMatch: '*',
      },
      {
        Bucket: 'evidence',
        Key: 'site/index.html',
        Body: 'two',
        ContentType: 'text/html; charset=utf-8',
        IfMatch: '"1"',
      },
    ]);
  });

  test('in a bucket that locks evidence for years is locked for two days, and may be deleted by whoever has the right', async () => {
    const { site, calls } = aBucket(true);
    await site.renew('index.html', async () => 'one');

    expect(calls.find(({ command }) => command === 'PutObject')?.input).toMatchObject({
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: new Date('2026-12-01T10:00:00.000Z'),
    });
  });

  test('that drills renew at once loses none of them', async () => {
    const { site, objects } = aBucket();
    const ledger: string[] = [];
    const seal = async (drill: string) => {
      ledger.push(drill);
      await site.renew('index.html', async () => {
        const seen = [...ledger];
        // What was read grows old while it is rendered.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
        return seen.join(' ');
      });
    };
    await seal('before');
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(seal));

    expect(objects.get('site/index.html')?.text.split(' ').sort()).toEqual([
      'a',
      'b',
      'before',
      'c',
      'd',
      'e',
    ]);
  });

  test('that may not be written says what to do', async () => {
    const client = scripted(new S3Client({ region: 'eu-west-1' }), () => {
      throw awsError('AccessDenied', 'Access Denied', 403);
    });
    const site = createS3Site({ client, bucket: 'evidence', clock, locked: false });

    await expect(site.renew('index.html', async () => '')).rejects.toMatchObject({
      code: 'EVIDENCE_UNWRITABLE',
      hint: expect.stringContaining('below site/'),
    });
  });

  test('that changes hands again and again is given up', async () => {
    const client = scripted(new S3Client({ region: 'eu-west-1' }), (command) => {
      if (command === 'HeadObject') return { ETag: '"1"' };
      throw awsError('ConditionalRequestConflict', 'conflict', 409);
    });
    const site = createS3Site({ client, bucket: 'evidence', clock, locked: false });

    await expect(site.renew('index.html', async () => '')).rejects.toThrow('changed hands too often');
  });
});
