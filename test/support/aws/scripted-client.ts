import { problemsOfLimits } from './request-limits.ts';
import { problemsOfRequest } from './request-schema.ts';

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

/** What the SDK hands to a middleware beside the request; the command instance carries the operation's schema. */
interface CallContext {
  commandName?: string;
  __smithy_context?: { commandInstance?: { schema?: unknown } };
}

/** A request that AWS would have refused: a defect of our code, never an expected outcome of a test. */
export class RefusedRequest extends Error {
  constructor(operation: string, problems: string[]) {
    super(`AWS would refuse this ${operation} request:\n  ${problems.join('\n  ')}`);
    this.name = 'RefusedRequest';
  }
}

/**
 * Puts a script in place of the network of a real SDK client: every request is recorded and checked as AWS would check
 * it (required and unknown members, types, enumerations, lengths), then `respond` answers it.
 *
 * @throws RefusedRequest out of `client.send`
 */
export function scripted<Client extends SdkClient>(
  client: Client,
  respond: Responder,
  calls: RecordedCall[] = [],
): Client {
  const service = client.constructor.name.replace(/Client$/, '');
  const middleware =
    (_next: unknown, context: CallContext) => async (request: { input: Record<string, unknown> }) => {
      const command = (context.commandName ?? '').replace(/Command$/, '');
      refuseWhatAwsWould(service, command, context, request.input);
      calls.push({ service, command, input: recorded(request.input) });
      const output = await respond(command, request.input);
      return { output: { $metadata: { httpStatusCode: 200 }, ...(output as object) }, response: {} };
    };
  client.middlewareStack.add(
    middleware as never,
    { step: 'initialize', priority: 'high', name: 'script' } as never,
  );
  return client;
}

function refuseWhatAwsWould(
  service: string,
  command: string,
  context: CallContext,
  input: Record<string, unknown>,
): void {
  const schema = context.__smithy_context?.commandInstance?.schema;
  if (schema === undefined) throw new Error(`the SDK no longer says what ${service}.${command} takes`);
  const problems = [...problemsOfRequest(schema, input), ...problemsOfLimits(service, command, input)];
  if (problems.length > 0) throw new RefusedRequest(`${service} ${command}`, problems);
}

/** A copy, so that what our code changes later does not change the record; a stream cannot be copied. */
function recorded(input: Record<string, unknown>): Record<string, unknown> {
  try {
    return structuredClone(input);
  } catch {
    return { ...input };
  }
}

/** An error as the SDK throws it: named, with a status. */
export function awsError(name: string, message = name, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata: { httpStatusCode } });
}
