/** How clients are made: one for each service and process, that gives up on a service which never answers. */

/**
 * Standard retries with backoff and jitter, 5 attempts: about 10 s of a throttling service, well inside the shortest
 * time limit of a state (60 s). The endpoint comes from AWS_ENDPOINT_URL where one is set.
 */
export const patient = {
  maxAttempts: 5,
  // The SDK's default is to wait for ever, and a heartbeat that waits for ever ends its drill. A repeated request does
  // no harm: creation adopts its own, tokens and transactions are used once.
  requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
};

/** For services beside the drill, which has to end in time whether they answer or not: three attempts, 20 s at most. */
export const impatient = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
};

const made = new Map<string, unknown>();

/** The client of a service, made by the first who asks. */
export function once<Client>(service: string, make: () => Client): Client {
  const known = made.get(service) as Client | undefined;
  if (known !== undefined) return known;
  // The SDK warns of Node versions in the middle of structured logs; the runtime of a Lambda is the stack's decision.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const client = make();
  made.set(service, client);
  return client;
}

/** Every client made so far, e.g. to trace their calls. */
export const clientsInUse = (): unknown[] => [...made.values()];
