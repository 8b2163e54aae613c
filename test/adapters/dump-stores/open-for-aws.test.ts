import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSourceOpener, readOpening } from '../../../lib/adapters/dump-stores/open-for-aws.ts';
import { sourceSchema } from '../../../lib/domain/config/source.ts';
import { type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';
import { recordedS3 } from './s3/recorded-s3.ts';

const secret = 'hunter2-Tr0ub4dor';
const emptyListing = {
  status: 200,
  body: '<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>',
};

/** Opens a source as drills.yaml has it, lists it once, and tells what was sent. */
async function listed(written: object) {
  const { sent, requestHandler } = recordedS3(() => emptyListing);
  const calls: RecordedCall[] = [];
  const keys = JSON.stringify({ accessKeyId: 'AKIASTORE', secretAccessKey: secret });
  const secretsManager = scripted(
    new SecretsManagerClient({ region: 'eu-west-1' }),
    () => ({ SecretString: keys }),
    calls,
  );
  const open = createSourceOpener({ secretsManager, requestHandler: requestHandler as never });
  const { store, prefix } = await open(sourceSchema.parse(written));
  for await (const _ of store.list()) throw new Error('the listing is empty');
  const [request] = sent;
  if (request === undefined) throw new Error('nothing was sent');
  return { request, prefix, calls, location: store.location };
}

describe('a source of drills.yaml, opened in AWS', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATASKROLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'role');
    vi.stubEnv('AWS_REGION', 'eu-west-1');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('is a bucket, read with the rights of the role', async () => {
    const { request, prefix, calls, location } = await listed({ bucket: 'acme-backups', prefix: 'postgres' });
    expect([location, prefix]).toEqual(['s3://acme-backups/postgres/', 'postgres/']);
    expect(request.headers.host).toBe('acme-backups.s3.eu-west-1.amazonaws.com');
    expect(request.headers.authorization).toContain('Credential=AKIATASKROLE/');
    expect(request.headers).not.toHaveProperty('x-amz-expected-bucket-owner');
    expect(calls).toEqual([]);
  });

  test('may be a bucket of another account and region, whose owner is checked', async () => {
    const { request } = await listed({
      bucket: 'acme-backups',
      region: 'us-east-2',
      expectedBucketOwner: '444455556666',
    });
    expect(request.headers.host).toBe('acme-backups.s3.us-east-2.amazonaws.com');
    expect(request.headers['x-amz-expected-bucket-owner']).toBe('444455556666');
  });

  test('may be a compatible store, with keys from Secrets Manager that show nowhere', async () => {
    const { request, calls } = await listed({
      bucket: 'acme-backups',
      region: 'auto',
      endpointUrl: 'https://account.r2.cloudflarestorage.com',
      credentialsSecret: 'r2-keys',
    });
    expect(request.headers.host).toBe('account.r2.cloudflarestorage.com');
    expect(request.path).toBe('/acme-backups/');
    expect(request.headers.authorization).toContain('Credential=AKIASTORE/');
    expect(calls.map(({ input }) => input)).toEqual([{ SecretId: 'r2-keys' }]);
    expect(JSON.stringify(request)).not.toContain(secret);
  });

  test('of a tool that only the task has lists its newest, and takes any name that may be handed to a command', async () => {
    const { store } = await createSourceOpener({ secretsManager: new SecretsManagerClient({}) })(
      sourceSchema.parse({
        bucket: 'acme-backups',
        physical: {
          commands: {
            fetch: ['wal-g', 'backup-fetch', '{directory}', '{backup}'],
            restore: ['x', '{file}', '{path}'],
          },
        },
      }),
    );
    const names: string[] = [];
    for await (const { key } of store.list()) names.push(key);

    expect(names).toEqual(['LATEST']);
    expect(store.named?.('base_000000010000000000000002')).toMatchObject({
      key: 'base_000000010000000000000002',
      sizeBytes: 0,
    });
    expect(store.named?.('../../etc; reboot')).toBeNull();
  });

  test('is refused as a folder, which AWS cannot see', async () => {
    await expect(listed({ folder: '/srv/backups' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('/srv/backups'),
      hint: expect.stringContaining('bucket'),
    });
  });
});

describe('what opens the dumps of a source', () => {
  const secrets = {
    parameter: async (name: string) => `parameter ${name}`,
    secret: async (name: string) => `secret ${name}`,
  };

  test.each([
    [
      'parameters',
      { passphraseParameter: '/phrase', keyParameter: '/key' },
      'parameter /phrase',
      'parameter /key',
    ],
    ['secrets', { passphraseSecret: 'phrase', keySecret: 'key' }, 'secret phrase', 'secret key'],
  ])('is read from %s', async (_, decrypt, passphrase, privateKey) => {
    const source = sourceSchema.parse({ bucket: 'acme-backups', decrypt, member: 'db/*.sql.gz' });
    expect(await readOpening(source, secrets)).toEqual({ passphrase, privateKey, member: 'db/*.sql.gz' });
  });

  test('is nothing when nothing is configured', async () => {
    expect(await readOpening(sourceSchema.parse({ bucket: 'acme-backups' }), secrets)).toEqual({
      passphrase: null,
      privateKey: null,
      member: null,
    });
  });
});
