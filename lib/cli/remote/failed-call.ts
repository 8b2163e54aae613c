interface SdkClient {
  middlewareStack: { add(middleware: never, options: never): void };
}

/** Prefixes of IAM actions that differ from the client's name. */
const prefixes: Record<string, string> = { SFN: 'states' };

/** Commands whose IAM action has another name. */
const actions: Record<string, string> = {
  's3:ListObjectsV2': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:HeadBucket': 's3:ListBucket',
};

/** A watch of many hours asks thousands of times for progress that is not there yet. */
const failuresKept = 50;

const mark = Symbol('iam action of the failed call');

/** Errors of calls, oldest first. Adapters name them anew and drop them, because services quote what they were sent. */
export type FailedCalls = Error[];

/**
 * Lets every error of a client say which IAM action the failed call needs: S3 answers a bare "Access Denied". The
 * error itself stays what the SDK made, because adapters match on its name; it is kept in `failed` too.
 */
export function namingTheCall<Client extends SdkClient>(client: Client, failed: FailedCalls): Client {
  const name = client.constructor.name.replace(/Client$/, '');
  const prefix = prefixes[name] ?? name.toLowerCase();
  const middleware =
    (next: (request: unknown) => Promise<unknown>, context: { commandName?: string }) =>
    async (request: unknown): Promise<unknown> => {
      try {
        return await next(request);
      } catch (error) {
        const called = `${prefix}:${(context.commandName ?? '').replace(/Command$/, '')}`;
        if (error instanceof Error) {
          failed.push(Object.assign(error, { [mark]: actions[called] ?? called }));
          if (failed.length > failuresKept) failed.shift();
        }
        throw error;
      }
    };
  client.middlewareStack.add(
    middleware as never,
    { step: 'initialize', priority: 'high', name: 'namingTheCall' } as never,
  );
  return client;
}

/** The IAM action that the failed call needed, e.g. `states:StartExecution`; null when it is not known. */
export function failedAction(error: Error): string | null {
  const said = / to perform: ([\w-]+:\w+)/.exec(error.message);
  if (said?.[1] !== undefined) return said[1];
  const marked: unknown = (error as Error & { [mark]?: unknown })[mark];
  return typeof marked === 'string' ? marked : null;
}
