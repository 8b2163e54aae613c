import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { accountError } from '../../../lib/cli/remote/account-error.ts';
import { failedAction, namingTheCall } from '../../../lib/cli/remote/failed-call.ts';
import { DrillError, isDrillError } from '../../../lib/domain/findings/errors.ts';
import { awsError, scripted } from '../../support/aws/scripted-client.ts';

const told = (error: Error): DrillError => {
  const named = accountError(error);
  if (!isDrillError(named)) throw new Error(`left as it was: ${String(named)}`);
  return named;
};
const named = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

const denied = (what: string) =>
  awsError('AccessDeniedException', `User: u is not authorized to perform: ${what}`, 403);

describe('an error of AWS is told in words that name the next step', () => {
  test.each([
    [
      'no credentials',
      named('CredentialsProviderError', 'Could not load credentials from any providers'),
      'there are no AWS credentials',
      '--profile',
    ],
    ['no region', named('Error', 'Region is missing'), 'no AWS region is set', '--region'],
    [
      'an expired token',
      awsError('ExpiredTokenException', 'The security token included in the request is expired'),
      'have expired',
      'aws sso login',
    ],
    [
      'an ended SSO session',
      named('CredentialsProviderError', 'The SSO session associated with this profile has expired.'),
      'have expired',
      'aws sso login',
    ],
    [
      'unknown keys',
      awsError('UnrecognizedClientException', 'The security token is invalid'),
      'AWS refuses the credentials',
      'AWS_PROFILE',
    ],
    [
      'throttling that lasts',
      awsError('ThrottlingException', 'Rate exceeded'),
      'AWS throttles',
      'Wait a minute',
    ],
    [
      'a network that is down',
      named('Error', 'getaddrinfo ENOTFOUND x', { code: 'ENOTFOUND' }),
      'AWS cannot be reached',
      'network',
    ],
    ['anything else', awsError('InternalServerError', 'oops'), 'InternalServerError: oops', 'doctor --aws'],
  ])('%s', (_what, error, message, hint) => {
    const { message: text, hint: next, code } = told(error);

    expect(text).toContain(message);
    expect(next).toContain(hint);
    expect(code).toBe('CONFIG_INVALID');
  });

  test('a missing right is named as AWS names it', () => {
    const text =
      'User: arn:aws:iam::1:user/ada is not authorized to perform: states:StartExecution on resource: arn:aws:states:eu-west-1:1:stateMachine:x because no identity-based policy allows it';

    const { message, hint } = told(awsError('AccessDeniedException', text, 403));

    expect(message).toBe(
      'access denied: arn:aws:iam::1:user/ada may not states:StartExecution on arn:aws:states:eu-west-1:1:stateMachine:x',
    );
    expect(hint).toContain('states:StartExecution');
  });

  test('a missing right is named even where AWS only says "Access Denied"', async () => {
    const client = scripted(namingTheCall(new S3Client({ region: 'eu-west-1' }), []), () => {
      throw awsError('AccessDenied', 'Access Denied', 403);
    });

    const error = await client
      .send(new ListObjectsV2Command({ Bucket: 'acme-backups' }))
      .catch((e: Error) => e);

    expect(failedAction(error as Error)).toBe('s3:ListBucket');
    expect(told(error as Error).message).toContain('may not s3:ListBucket');
  });

  test('an adapter that wrapped it does not hide that it is the operator who lacks a right', () => {
    const cause = denied('dynamodb:Query on resource: t');
    const wrapped = new DrillError('LEDGER_UNREADABLE', 'cannot read', { hint: 'Deploy again.', cause });

    expect(told(wrapped).message).toBe('access denied: u may not dynamodb:Query on t');
  });

  test('nor does one that kept only its name: the call is found among those that failed', () => {
    const calls = [denied('dynamodb:GetItem on resource: t'), denied('dynamodb:Query on resource: t')];
    calls.push(denied('s3:GetObject on resource: o'));
    const text = 'cannot read the ledger table t (AccessDeniedException, HTTP 403)';
    const renamed = new DrillError('LEDGER_UNREADABLE', text, { hint: 'Deploy again.' });

    expect(accountError(renamed, calls)).toMatchObject({
      message: 'access denied: u may not dynamodb:Query on t',
    });
    const damaged = new DrillError('LEDGER_UNREADABLE', 'an item is damaged', { hint: 'Look.' });
    expect(accountError(damaged, calls)).toBe(damaged);
  });

  test('errors of ours and defects stay what they are', () => {
    const ours = new DrillError('LEDGER_UNREADABLE', 'damaged', { hint: 'Look.' });
    const defect = new TypeError('x is not a function');

    expect(accountError(ours)).toBe(ours);
    expect(accountError(defect)).toBe(defect);
  });
});
