import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, test } from 'vitest';
import { createSecretReader } from '../../../lib/adapters/secrets/secret-reader.ts';
import { readStoreCredentials } from '../../../lib/adapters/secrets/store-credentials.ts';
import { awsError, type RecordedCall, type Responder, scripted } from '../../support/aws/scripted-client.ts';

const region = { region: 'eu-west-1' };
const secret = 'hunter2-Tr0ub4dor';

/** Everything of an error that could end in a log: its text, its hint, its cause, its members. */
const everythingOf = (error: unknown) =>
  [
    error,
    (error as { hint?: string }).hint,
    (error as Error).cause,
    (error as Error).stack,
    JSON.stringify(error),
  ].join(' ');

describe('a SecureString', () => {
  const aReader = (respond: Responder, calls: RecordedCall[] = []) =>
    createSecretReader({ client: scripted(new SSMClient(region), respond, calls) });

  test('is read decrypted, anew each time', async () => {
    const calls: RecordedCall[] = [];
    const reader = aReader(() => ({ Parameter: { Value: secret } }), calls);
    expect([await reader.parameter('/prod/app'), await reader.parameter('/prod/app')]).toEqual([
      secret,
      secret,
    ]);
    expect(calls.map(({ input }) => input)).toEqual(
      Array(2).fill({ Name: '/prod/app', WithDecryption: true }),
    );
  });

  test.each([
    ['ParameterNotFound', 400, 'there is no SSM parameter /prod/app in this region', 'regional', false],
    [
      'AccessDeniedException',
      400,
      'the SSM parameter /prod/app cannot be read (AccessDeniedException, HTTP 400)',
      'ssm:GetParameter',
      false,
    ],
    [
      'InvalidKeyId',
      400,
      'the SSM parameter /prod/app cannot be read (InvalidKeyId, HTTP 400)',
      'kms:Decrypt',
      false,
    ],
    [
      'ThrottlingException',
      400,
      'the SSM parameter /prod/app cannot be read (ThrottlingException, HTTP 400)',
      'Try again',
      true,
    ],
  ])(
    'that cannot be read (%s) is named, and nothing of AWS is quoted',
    async (name, status, message, hint, retryable) => {
      const reader = aReader(() => {
        throw awsError(name, `not allowed: ${secret}`, status);
      });
      const error = await reader.parameter('/prod/app').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'SECRET_UNREADABLE',
        message,
        hint: expect.stringContaining(hint),
        retryable,
      });
      expect(everythingOf(error)).not.toContain(secret);
    },
  );

  test.each([{}, { Parameter: {} }, { Parameter: { Value: '' } }])(
    'that is empty (%j) is no secret',
    async (answer) => {
      await expect(aReader(() => answer).parameter('/prod/app')).rejects.toMatchObject({
        code: 'SECRET_UNREADABLE',
        message: 'the SSM parameter /prod/app is empty',
      });
    },
  );
});

describe('the keys of a store', () => {
  const read = (SecretString: unknown, calls: RecordedCall[] = []) =>
    readStoreCredentials(
      scripted(new SecretsManagerClient(region), () => ({ SecretString }), calls),
      'r2-keys',
    );

  test('are read from the JSON of the secret; what else it holds is left there', async () => {
    const calls: RecordedCall[] = [];
    const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: secret };
    expect(await read(JSON.stringify({ ...keys, comment: 'R2' }), calls)).toEqual(keys);
    expect(calls[0]?.input).toEqual({ SecretId: 'r2-keys' });
    expect(await read(JSON.stringify({ ...keys, sessionToken: 't' }))).toEqual({
      ...keys,
      sessionToken: 't',
    });
  });

  test.each<[string, unknown, string]>([
    ['is no JSON', `accessKeyId=${secret}`, 'the secret r2-keys is no JSON'],
    ['is a list', `["${secret}"]`, 'the secret r2-keys is no JSON object'],
    ['is a bare text', `"${secret}"`, 'the secret r2-keys is no JSON object'],
    ['lacks a key', `{"accessKeyId":"${secret}"}`, 'the secret r2-keys lacks a usable secretAccessKey'],
    [
      'has an empty key',
      `{"accessKeyId":"","secretAccessKey":"${secret}"}`,
      'the secret r2-keys lacks a usable accessKeyId',
    ],
    [
      'spells its keys otherwise',
      `{"${secret}":1}`,
      'the secret r2-keys lacks a usable accessKeyId and secretAccessKey',
    ],
    ['is binary', undefined, 'the secret r2-keys holds no text'],
  ])(
    'in a secret that %s are refused, with the shape and without the value',
    async (_what, text, message) => {
      const error = await read(text).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'SECRET_UNREADABLE',
        message,
        hint: expect.stringContaining('"accessKeyId" and "secretAccessKey"'),
      });
      expect(everythingOf(error)).not.toContain(secret);
    },
  );

  test.each([
    ['ResourceNotFoundException', 'there is no secret r2-keys in this region', false],
    ['AccessDeniedException', 'the secret r2-keys cannot be read (AccessDeniedException, HTTP 400)', false],
    ['InternalServiceError', 'the secret r2-keys cannot be read (InternalServiceError, HTTP 500)', true],
  ])('that cannot be read (%s) are named', async (name, message, retryable) => {
    const client = scripted(new SecretsManagerClient(region), () => {
      throw awsError(name, secret, name === 'InternalServiceError' ? 500 : 400);
    });
    const error = await readStoreCredentials(client, 'r2-keys').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SECRET_UNREADABLE', message, retryable });
    expect(everythingOf(error)).not.toContain(secret);
  });
});
