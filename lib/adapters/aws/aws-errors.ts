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

/** True when the caller lacks a right, as every service words it. */
export function isAccessDenied(error: unknown): boolean {
  const { name, status } = awsErrorFacts(error);
  return (
    /^(AccessDenied|AccessDeniedException|AuthorizationError|AuthorizationErrorException|Forbidden)$/.test(
      name,
    ) || status === 403
  );
}

/** True when the same request may succeed later: throttling, an outage, a broken connection. */
export function isTransientAwsError(error: unknown): boolean {
  const { name, status } = awsErrorFacts(error);
  if (status !== null && status >= 500) return true;
  return (
    /throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|SlowDown|Timeout/i.test(
      name,
    ) || /^(ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|ETIMEDOUT|EPIPE)/.test(name)
  );
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && key in value
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
