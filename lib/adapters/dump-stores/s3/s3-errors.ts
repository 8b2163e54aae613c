import * as z from 'zod';
import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import { awsErrorFacts, awsErrorKind, awsErrorText, isTransientAwsError } from '../../aws/aws-errors.ts';

/**
 * Gives an error of the S3 client its name among ours. S3 answers 403 instead of 404 for a missing key when the caller
 * may not list the bucket (SDK documentation of GetObject), so the hint of a 403 speaks of both.
 *
 * @param what the object or bucket, e.g. `s3://acme-backups/postgres/x.dump`
 */
export function namedS3Error(error: unknown, what: string): DrillError {
  if (isDrillError(error)) return error;
  const { name, status } = awsErrorFacts(error);
  const kind = awsErrorKind(error);
  const message = error instanceof Error ? error.message : String(error);
  const made = (...args: ConstructorParameters<typeof DrillError>) =>
    new DrillError(args[0], args[1], { cause: error, ...args[2] });
  if (name === 'NoSuchBucket') {
    return made('DUMP_NOT_FOUND', `there is no bucket for ${what}`, {
      hint: 'Check the name of the bucket, its region and the endpoint in drills.yaml.',
    });
  }
  if (kind === 'not found') {
    return made('DUMP_NOT_FOUND', `${what} does not exist`, { hint: 'Check the key for spelling.' });
  }
  if (name === 'PreconditionFailed' || status === 412) {
    return made('DUMP_CHANGED', `${what} is no longer the object that was selected`);
  }
  if (name === 'InvalidObjectState') {
    return made('DUMP_UNREADABLE', `${what} is archived and cannot be read`, {
      hint: 'Thaw it first (aws s3api restore-object), or keep the newest dumps in a storage class that is read directly.',
    });
  }
  if (kind === 'expired credentials' || kind === 'refused credentials') {
    return made('DUMP_UNREADABLE', `the credentials for ${what} were not accepted (${name})`, {
      hint: 'Sign in again (aws sso login), or check AWS_PROFILE and the AWS_… environment variables.',
    });
  }
  if (kind === 'no credentials') {
    return made('DUMP_UNREADABLE', `there are no credentials to read ${what}`, {
      hint: 'Sign in (aws sso login), set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    });
  }
  if (/region is missing/i.test(message)) {
    return made('DUMP_UNREADABLE', `the region of ${what} is not known`, {
      hint: 'Set source.region in drills.yaml, or AWS_REGION; use auto for Cloudflare R2.',
    });
  }
  if (redirects.has(name) || status === 301 || status === 307) {
    const region = regionOf(error);
    return made('DUMP_UNREADABLE', `${what} lies in another region than the one asked`, {
      hint:
        region === null
          ? 'Set source.region in drills.yaml (or --region) to the region of the bucket.'
          : `Set source.region in drills.yaml (or --region) to ${region}.`,
    });
  }
  if (status === 407) {
    return made('DUMP_UNREADABLE', `a proxy refused the request for ${what} (HTTP 407)`, {
      hint: 'Let this machine reach the store without signing in to the proxy, or through an endpoint in its own network.',
    });
  }
  if (kind === 'denied') {
    return made('DUMP_UNREADABLE', `reading ${what} is not allowed`, {
      hint: 'Allow s3:GetObject (and s3:GetObjectVersion, kms:Decrypt for encrypted buckets) on it. Without s3:ListBucket, S3 also answers so when the key does not exist.',
    });
  }
  if (kind === 'unreachable') {
    return made('DUMP_UNREADABLE', `the store of ${what} could not be reached (${name})`, {
      hint: 'Check the network, source.endpointUrl and source.region in drills.yaml. A proxy named by HTTPS_PROXY is not used: let the store be reached without it.',
      fault: 'service',
      retryable: true,
    });
  }
  return made('DUMP_UNREADABLE', `${what} could not be read (${awsErrorText(error)})`, {
    hint:
      message === '' || message === 'UnknownError'
        ? 'See the status of the store.'
        : `The store says: ${firstLine(message)}`,
    fault: 'service',
    retryable: isTransientAwsError(error),
  });
}

/**
 * True when the same request may succeed if it is sent again. Beside what every service answers, the body of an object is a
 * stream, which breaks in the words of Node and of our own reader.
 */
export function isTransientS3Error(error: unknown): boolean {
  if (isDrillError(error)) return error.retryable;
  if (isTransientAwsError(error) || awsErrorFacts(error).name === 'ERR_STREAM_PREMATURE_CLOSE') return true;
  return (
    error instanceof Error &&
    /aborted|socket hang up|premature close|stalled|ended early|another range/i.test(error.message)
  );
}

/** How S3 says that a bucket lies elsewhere (API reference, error responses). */
const redirects: ReadonlySet<string> = new Set([
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);

/** Where S3 says the bucket lies: in a header of any answer, or in the document of a malformed signature. */
function regionOf(error: unknown): string | null {
  const parsed = answerWithRegion.safeParse(error);
  if (!parsed.success) return null;
  return parsed.data.$response?.headers?.['x-amz-bucket-region'] ?? parsed.data.Region ?? null;
}

const region = z
  .string()
  .regex(/^[a-z0-9-]{1,30}$/)
  .optional()
  .catch(undefined);
const answerWithRegion = z.looseObject({
  Region: region,
  $response: z
    .looseObject({ headers: z.looseObject({ 'x-amz-bucket-region': region }).optional() })
    .optional(),
});

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
