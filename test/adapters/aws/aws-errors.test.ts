import { describe, expect, test } from 'vitest';
import {
  type AwsErrorKind,
  awsErrorKind,
  awsErrorText,
  isAccessDenied,
  isTransientAwsError,
} from '../../../lib/adapters/aws/aws-errors.ts';
import { isTransientS3Error, namedS3Error } from '../../../lib/adapters/dump-stores/s3/s3-errors.ts';
import { accountError } from '../../../lib/cli/remote/account-error.ts';

const failure = (name: string, status: number | null = null, message = 'no') =>
  Object.assign(new Error(message), {
    name,
    ...(status === null ? {} : { $metadata: { httpStatusCode: status } }),
  });
const errno = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

describe('an error of AWS', () => {
  const kinds: [string, Error, AwsErrorKind][] = [
    ['a right that lacks', failure('AccessDeniedException', 400), 'denied'],
    ['a 403 without a body, as S3 answers HEAD', failure('403', 403), 'denied'],
    ['an ended session, whatever its status', failure('ExpiredToken', 403), 'expired credentials'],
    [
      'an SSO session that ended',
      failure('CredentialsProviderError', null, 'The SSO session has expired'),
      'expired credentials',
    ],
    ['an SSO token that ended', failure('TokenProviderError'), 'expired credentials'],
    ['no credentials', failure('CredentialsProviderError'), 'no credentials'],
    ['a wrong secret key', failure('SignatureDoesNotMatch', 403), 'refused credentials'],
    ['an object that is not there', failure('NoSuchKey', 404), 'not found'],
    ['a 404 without a body', failure('404', 404), 'not found'],
    ['throttling with status 400', failure('ThrottlingException', 400), 'throttled'],
    ['throttling as DynamoDB says it', failure('ProvisionedThroughputExceededException', 400), 'throttled'],
    ['throttling as S3 says it', failure('SlowDown', 503), 'throttled'],
    ['a connection that is refused', errno('ECONNREFUSED'), 'unreachable'],
    ['a network that is gone', errno('ENETUNREACH'), 'unreachable'],
    ['a pipe that broke', errno('EPIPE'), 'unreachable'],
    ['an outage', failure('InternalServerError', 500), 'unavailable'],
    ['what only one service says', failure('ConditionalCheckFailedException', 400), 'other'],
    ['a name that every object has', failure('constructor', 400), 'other'],
  ];
  test.each(kinds)('is told by what happened: %s', (_what, error, kind) => {
    expect(awsErrorKind(error)).toBe(kind);
  });

  test('is worth another try when waiting can mend it, and only then', () => {
    const worth = kinds.filter(([, error]) => isTransientAwsError(error)).map(([, , kind]) => kind);
    expect(new Set(worth)).toEqual(new Set(['throttled', 'unreachable', 'unavailable']));
  });

  test('is shown by name and status, never by its message', () => {
    expect(awsErrorText(failure('ThrottlingException', 400, 'secret'))).toBe('ThrottlingException, HTTP 400');
  });
});

// Each of these was told by one of the places that read errors, and not by another.
describe('every place reads an error alike', () => {
  test('a 403 without a body is a right that the operator lacks', () => {
    expect(isAccessDenied(failure('403', 403))).toBe(true);
    expect(accountError(failure('403', 403))).toMatchObject({
      message: expect.stringMatching(/^access denied/),
    });
  });

  test('an SSO token that ended asks for another login, of the dump store too', () => {
    const ended = failure('TokenProviderError');
    expect(accountError(ended)).toMatchObject({ message: expect.stringContaining('have expired') });
    expect(namedS3Error(ended, 's3://b/k').message).toContain('were not accepted');
  });

  test('a network that is gone is no refusal of AWS', () => {
    expect(accountError(errno('ENETUNREACH'))).toMatchObject({
      message: expect.stringContaining('cannot be reached'),
    });
  });

  test('reading a dump is tried again however throttling is worded', () => {
    for (const name of ['ThrottledException', 'TooManyRequestsException', 'RequestLimitExceeded'])
      expect(isTransientS3Error(failure(name, 400)), name).toBe(true);
  });
});
