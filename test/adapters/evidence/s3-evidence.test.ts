import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { evidenceKey } from '../../../lib/adapters/evidence/evidence-keys.ts';
import { createS3EvidenceStore } from '../../../lib/adapters/evidence/s3-evidence.ts';
import { evidenceOf } from '../../../lib/contract/evidence.ts';
import { awsError, type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';
import { anAccount } from '../../support/in-memory-ports.ts';
import { aRecord } from '../../support/records.ts';

/** A store over a bucket in memory, or over `respond`. */
function aStore(respond?: Responder) {
  const objects = new Map<string, string>();
  const calls: RecordedCall[] = [];
  const inMemory: Responder = (command, { Key, Body }) => {
    if (command === 'PutObject') {
      objects.set(String(Key), String(Body));
      return {};
    }
    const text = objects.get(String(Key));
    if (text === undefined) throw awsError('NoSuchKey', 'The specified key does not exist.', 404);
    return { Body: { transformToString: async () => text } };
  };
  const client = scripted(new S3Client({ region: 'eu-west-1' }), respond ?? inMemory, calls);
  return { store: createS3EvidenceStore({ client, bucket: 'evidence' }), objects, calls };
}

const failing = (name: string, status: number) =>
  aStore(() => {
    throw awsError(name, 'Access Denied', status);
  }).store;

describe('evidence in a bucket', () => {
  test('comes back as it was put, each drill in its own folder', async () => {
    const { store, objects } = aStore();
    const account = evidenceOf.account(1);
    await store.write(account, 'drill-1', anAccount({ rolesCreated: ['é漢'] }));
    await store.write(account, 'drill-2', anAccount({ bytesRead: 4 }));
    expect(await store.read(account, 'drill-1')).toEqual(anAccount({ rolesCreated: ['é漢'] }));
    expect(await store.find(account, 'drill-2')).toEqual(anAccount({ bytesRead: 4 }));
    expect([...objects.keys()]).toEqual(['drills/drill-1/account-1.json', 'drills/drill-2/account-1.json']);
  });

  test('has a content type by its name, and nothing more in the request than is needed', async () => {
    const { store, calls } = aStore();
    await store.write(evidenceOf.prepared(1), 'd', []);
    await store.writeReport('report.md', 'd', '# report');
    await store.writeReport('report.html', 'd', '<!DOCTYPE html>');
    await store.writeReport('junit.xml', 'd', '<testsuites/>');
    await store.writeReport('record.json', 'd', '{}');
    expect(calls.map(({ input }) => input)).toEqual([
      { Bucket: 'evidence', Key: 'drills/d/prepared-1.json', Body: '[]\n', ContentType: 'application/json' },
      {
        Bucket: 'evidence',
        Key: 'drills/d/report.md',
        Body: '# report',
        ContentType: 'text/markdown; charset=utf-8',
      },
      {
        Bucket: 'evidence',
        Key: 'drills/d/report.html',
        Body: '<!DOCTYPE html>',
        ContentType: 'text/html; charset=utf-8',
      },
      {
        Bucket: 'evidence',
        Key: 'drills/d/junit.xml',
        Body: '<testsuites/>',
        ContentType: 'application/xml',
      },
      { Bucket: 'evidence', Key: 'drills/d/record.json', Body: '{}', ContentType: 'application/json' },
    ]);
  });

  test('that is not there is null when it is looked for, and a defect of ours when it must be there', async () => {
    const { store } = aStore();
    expect(await store.find(evidenceOf.checkResult(1, 0), 'd')).toBeNull();
    await expect(store.read(evidenceOf.checkResult(1, 0), 'd')).rejects.toMatchObject({
      code: 'INTERNAL_ERROR',
      message: 'there is no s3://evidence/drills/d/check-1-0.json',
      fault: 'us',
    });
  });

  test('that may not be read is never taken for absent', async () => {
    for (const read of ['find', 'read'] as const) {
      await expect(
        failing('AccessDenied', 403)[read](evidenceOf.checkResult(1, 0), 'd'),
      ).rejects.toMatchObject({
        code: 'INTERNAL_ERROR',
        message: 'cannot read s3://evidence/drills/d/check-1-0.json (AccessDenied, HTTP 403)',
        hint: expect.stringContaining('s3:ListBucket'),
      });
    }
  });

  test('that is no JSON is named', async () => {
    const { store, objects } = aStore();
    objects.set('drills/d/account-1.json', '{"secret": tru');
    const error = await store.read(evidenceOf.account(1), 'd').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'EVIDENCE_UNREADABLE',
      message: expect.stringContaining('holds no JSON'),
    });
    expect(`${error} ${(error as Error).cause}`).not.toContain('secret');
  });

  test.each([
    ['AccessDenied', 403, 'its role may write below drills/', false],
    ['NoSuchBucket', 404, 'still exist', false],
    ['SlowDown', 503, 'Try again', true],
  ])('that cannot be written (%s) is a named error with a hint', async (name, status, hint, retryable) => {
    const failed = {
      code: 'EVIDENCE_UNWRITABLE',
      message: `cannot write s3://evidence/drills/d/record.json (${name}, HTTP ${status})`,
      hint: expect.stringContaining(hint),
      retryable,
    };
    await expect(failing(name, status).write(evidenceOf.record, 'd', aRecord())).rejects.toMatchObject(
      failed,
    );
    await expect(failing(name, status).writeReport('record.json', 'd', '{}')).rejects.toMatchObject(failed);
  });
});

describe('the key of evidence', () => {
  test('is the plain name where it is plain', () => {
    expect(evidenceKey('Drill-2026_1', 'restore-request-1.json')).toBe(
      'drills/Drill-2026_1/restore-request-1.json',
    );
  });

  test.each([
    '../../other/record.json',
    'a/b.json',
    '..',
    '.hidden',
    'a b',
    'é',
    '',
    `${'x'.repeat(200)}.json`,
  ])('leads nowhere else for "%s"', (name) => {
    const key = evidenceKey('d', name);
    expect(key).toMatch(/^drills\/d\/[A-Za-z0-9._-]{12,90}$/);
    expect(key).not.toMatch(/\/\.|\.\.\//);
  });

  test('is another one for another name', () => {
    const names = ['a/b', 'a b', 'a-b', 'A-b', 'a//b'];
    expect(new Set(names.map((name) => evidenceKey('d', name))).size).toBe(names.length);
  });
});
