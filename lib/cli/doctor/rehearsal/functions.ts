import { GetFunctionConfigurationCommand, InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { sqlDoors, touch } from '../../../contract/touch.ts';
import { formatCountOf } from '../../../domain/text/quantities.ts';
import type { Account } from '../../remote/account.ts';
import { type Diagnosis, ok, problem } from '../diagnosis.ts';

/** The state of each function in subnets, and that it answers a touch, which does nothing. */
export async function touchFunctions({ stack, clients }: Account): Promise<Diagnosis[]> {
  const lambda = await clients.lambda();
  const found: Diagnosis[] = [];
  for (const door of sqlDoors) {
    const FunctionName = `${stack.baseName}-${door}`;
    const what = `function ${FunctionName}`;
    const { State, StateReason } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (State === 'Inactive') {
      // Not touched: the invocation would fail and wake it, and the watch does that within the hour.
      found.push(problem(what, 'Inactive: it slept; look again in an hour, after the watch touched it'));
      continue;
    }
    const refused = await errorOf(lambda, FunctionName, touch);
    const state = StateReason === undefined ? State : `${State}, ${StateReason}`;
    found.push(
      refused === null
        ? ok(what, `${state}; it starts and answers`)
        : problem(what, `${state}; it failed: ${refused.error}`),
    );
  }
  return found;
}

const watched = z.object({ databases: z.number(), attention: z.number() });

/** Has the watch look now, as it does every hour. What it finds it tells as it always does, once. */
export async function askWatch({ stack, clients }: Account): Promise<Diagnosis[]> {
  const what = 'watch';
  const answer = await answerOf(await clients.lambda(), `${stack.baseName}-watch`, {});
  if ('error' in answer) return [problem(what, `it failed: ${answer.error}`)];
  const seen = watched.safeParse(answer.value);
  if (!seen.success) return [problem(what, 'its answer is not that of this version')];
  const { databases, attention } = seen.data;
  if (databases !== stack.databases.length)
    return [
      problem(
        what,
        `it looked at ${formatCountOf(databases, 'database')}, and ${stack.databases.length} are deployed`,
      ),
    ];
  return [
    ok(
      what,
      `it looked at ${formatCountOf(databases, 'database')}; ${attention === 1 ? '1 thing needs' : `${attention} things need`} attention`,
    ),
  ];
}

const swept = z.object({ removed: z.array(z.unknown()), kept: z.array(z.unknown()) });

/** Asks the sweeper what it would remove, and removes nothing. */
export async function askSweeper({ stack, clients }: Account): Promise<Diagnosis[]> {
  const what = 'sweeper';
  const answer = await answerOf(await clients.lambda(), stack.sweepFunction, { dryRun: true });
  if ('error' in answer) return [problem(what, `it failed: ${answer.error}`)];
  const seen = swept.safeParse(answer.value);
  if (!seen.success) return [problem(what, 'its answer is not that of this version')];
  const { removed, kept } = seen.data;
  return [ok(what, `it would remove ${removed.length}, and leaves ${kept.length} whose lease goes on`)];
}

type Answer = { value: unknown } | { error: string };

async function errorOf(
  client: LambdaClient,
  name: string,
  payload: object,
): Promise<{ error: string } | null> {
  const answer = await answerOf(client, name, payload);
  return 'error' in answer ? answer : null;
}

/** What a function answers. An error that it throws is an answer of Lambda, and no error of the call. */
async function answerOf(client: LambdaClient, FunctionName: string, payload: object): Promise<Answer> {
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)) }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError !== undefined) return { error: text.slice(0, longestError) };
  return { value: text === '' ? null : (JSON.parse(text) as unknown) };
}

/** Characters of an error that are told: its message, and not the whole stack. */
const longestError = 300;
