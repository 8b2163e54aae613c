/** One request that our code sent, before it was serialised. */
export interface RecordedCall {
  /** e.g. `RDS`, `DynamoDB`, `S3`: the client's class name without `Client`. */
  service: string;
  /** e.g. `CreateDBInstance`. */
  command: string;
  input: Record<string, unknown>;
}

/** Answers a request: gives its output, or throws what `awsError` makes. */
export type Responder = (command: string, input: Record<string, unknown>) => unknown;

interface SdkClient {
  middlewareStack: { add(middleware: never, options: never): void };
}

/**
 * Puts a script in place of the network of a real SDK client: every request is recorded and checked as AWS would check
 * it (required and unknown members, enumerations, lengths), then `respond` answers it.
 */
export function scripted<Client extends SdkClient>(
  client: Client,
  respond: Responder,
  calls: RecordedCall[] = [],
): Client {
  const service = client.constructor.name.replace(/Client$/, '');
  const middleware =
    (_next: unknown, context: { commandName?: string }) =>
    async (request: { input: Record<string, unknown> }) => {
      const command = (context.commandName ?? '').replace(/Command$/, '');
      calls.push({ service, command, input: structuredClone(request.input) });
      const output = await respond(command, request.input);
      return { output: { $metadata: { httpStatusCode: 200 }, ...(output as object) }, response: {} };
    };
  client.middlewareStack.add(
    middleware as never,
    { step: 'initialize', priority: 'high', name: 'script' } as never,
  );
  return client;
}

/** An error as the SDK throws it: named, with a status. */
export function awsError(name: string, message = name, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });
}
