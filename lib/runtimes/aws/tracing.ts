import { clientsInUse } from './clients-in-use.ts';
import type { LogFacts } from './door-logger.ts';

const traced = new WeakSet<object>();

/**
 * Runs `work` as a subsegment that carries the drill and the database, with the calls of every SDK client below it.
 * The X-Ray SDK takes longer to load than most doors to run, so it is loaded only when this invocation is sampled.
 */
export async function traceWork<Output>(
  name: string,
  facts: LogFacts,
  work: () => Promise<Output>,
): Promise<Output> {
  if (!/Sampled=1/.test(process.env._X_AMZN_TRACE_ID ?? '')) return work();
  const { Tracer } = await import('@aws-lambda-powertools/tracer');
  const tracer = new Tracer({ serviceName: 'restore-drill', captureHTTPsRequests: false });
  const parent = tracer.getSegment();
  const own = parent?.addNewSubsegment(`## ${name}`);
  if (own !== undefined) tracer.setSegment(own);
  for (const client of clientsInUse()) {
    if (typeof client !== 'object' || client === null || traced.has(client)) continue;
    traced.add(client);
    tracer.captureAWSv3Client(client);
  }
  tracer.annotateColdStart();
  if (facts.drillId !== undefined) tracer.putAnnotation('drillId', facts.drillId);
  if (facts.database !== undefined) tracer.putAnnotation('database', facts.database);
  try {
    return await work();
  } catch (error) {
    // Only that it failed: a message may hold what the log leaves out.
    own?.addFaultFlag();
    throw error;
  } finally {
    own?.close();
    if (parent !== undefined) tracer.setSegment(parent);
  }
}
