/**
 * What an error of an SDK client says, for messages of ours. Classes of the SDK are compared by name, because bundles
 * duplicate them.
 */
export interface AwsErrorFacts {
  /** e.g. `ResourceNotFoundException`, `ECONNREFUSED`. */
  name: string;
  /** HTTP status; null when nothing answered. */
  status: number | null;
}

/**
 * What happened, whatever the service calls it. What only one service can answer (a precondition, an archived object, a
 * class that is sold out) is `other` here and read by name beside the calls of that service.
 */
export type AwsErrorKind =
  | 'no credentials'
  /** They were good once: logging in again mends it. */
  | 'expired credentials'
  | 'refused credentials'
  | 'denied'
  | 'not found'
  | 'throttled'
  /** Nothing answered. */
  | 'unreachable'
  /** The service answered that it cannot at the moment. */
  | 'unavailable'
  | 'other';

/**
 * Names that say what happened, from the error lists of the services' API references and of Node (`errno`). An HTTP status
 * alone says less: 400 and 403 stand for credentials, too.
 */
const kindsByName: Record<string, AwsErrorKind> = {
  CredentialsProviderError: 'no credentials',
  ProviderError: 'no credentials',
  CredentialsError: 'no credentials',
  ExpiredToken: 'expired credentials',
  ExpiredTokenException: 'expired credentials',
  RequestExpired: 'expired credentials',
  TokenRefreshRequired: 'expired credentials',
  TokenProviderError: 'expired credentials',
  SSOTokenProviderFailure: 'expired credentials',
  InvalidClientTokenId: 'refused credentials',
  UnrecognizedClientException: 'refused credentials',
  InvalidSignatureException: 'refused credentials',
  SignatureDoesNotMatch: 'refused credentials',
  InvalidAccessKeyId: 'refused credentials',
  InvalidToken: 'refused credentials',
  AuthFailure: 'refused credentials',
  IncompleteSignature: 'refused credentials',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  AuthorizationError: 'denied',
  AuthorizationErrorException: 'denied',
  UnauthorizedOperation: 'denied',
  NotAuthorized: 'denied',
  Forbidden: 'denied',
  KMSAccessDeniedException: 'denied',
  NoSuchKey: 'not found',
  NoSuchBucket: 'not found',
  NoSuchVersion: 'not found',
  NotFound: 'not found',
  ResourceNotFoundException: 'not found',
  ParameterNotFound: 'not found',
  ParameterVersionNotFound: 'not found',
  RequestLimitExceeded: 'throttled',
  SlowDown: 'throttled',
  TimeoutError: 'unreachable',
  NetworkingError: 'unreachable',
  RequestTimeout: 'unavailable',
  RequestTimeoutException: 'unavailable',
  InternalError: 'unavailable',
  ServiceUnavailable: 'unavailable',
};
const kindsByPattern: [RegExp, AwsErrorKind][] = [
  [/throttl|TooManyRequests|ProvisionedThroughputExceeded/i, 'throttled'],
  [/^(ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|ETIMEDOUT|EPIPE)/, 'unreachable'],
];

/** Reads an error that an SDK client threw. Its message is left out: services quote what they were sent in it. */
export function awsErrorFacts(error: unknown): AwsErrorFacts {
  if (!(error instanceof Error)) return { name: 'Error', status: null };
  const metadata = member(error, '$metadata');
  const status = member(metadata, 'httpStatusCode');
  const code = member(error, 'code');
  const generic = error.name === 'Error' || error.name === 'AggregateError' || error.name === 'TypeError';
  return {
    name: generic && typeof code === 'string' ? code : error.name,
    status: typeof status === 'number' ? status : null,
  };
}

/** `ThrottlingException, HTTP 400`. */
export function awsErrorText(error: unknown): string {
  const { name, status } = awsErrorFacts(error);
  return status === null ? name : `${name}, HTTP ${status}`;
}

/** What happened: by the error's name where that tells, else by its HTTP status. */
export function awsErrorKind(error: unknown): AwsErrorKind {
  const { name, status } = awsErrorFacts(error);
  const kind = kindByName(name) ?? kindByStatus(status);
  // An SSO session that ended comes as a credentials error whose text says so.
  const ended = error instanceof Error && /expired|sso session/i.test(error.message);
  return kind === 'no credentials' && ended ? 'expired credentials' : kind;
}

/** True when the caller lacks a right, as every service words it. */
export const isAccessDenied = (error: unknown): error is Error =>
  error instanceof Error && awsErrorKind(error) === 'denied';

const transient: ReadonlySet<AwsErrorKind> = new Set(['throttled', 'unreachable', 'unavailable']);

/** True when the same request may succeed later: throttling, an outage, a broken connection. */
export function isTransientAwsError(error: unknown): boolean {
  return transient.has(awsErrorKind(error));
}

function kindByName(name: string): AwsErrorKind | undefined {
  if (Object.hasOwn(kindsByName, name)) return kindsByName[name];
  return kindsByPattern.find(([pattern]) => pattern.test(name))?.[1];
}

function kindByStatus(status: number | null): AwsErrorKind {
  if (status === 403) return 'denied';
  if (status === 404) return 'not found';
  if (status === 429) return 'throttled';
  return status !== null && status >= 500 ? 'unavailable' : 'other';
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
