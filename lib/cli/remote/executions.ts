import {
  DescribeExecutionCommand,
  type ExecutionStatus,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListExecutionsCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { consoleOrigin } from '../../contract/console-hosts.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { visibleText } from '../../domain/text/visible-text.ts';

/** One drill as Step Functions knows it. */
export interface DrillExecution {
  drillId: string;
  arn: string;
  status: ExecutionStatus;
  startedAt: string;
  endedAt: string | null;
  /** Who started it, when the request says so: a schedule and Start execution in the console may not. */
  operator: string | null;
}

/** ARN of a drill's execution: its name is the drill's id. */
export function executionArn(stateMachineArn: string, drillId: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${drillId}`;
}

/** The execution's page in the console. */
export function consoleUrl(arn: string): string {
  const region = arn.split(':')[3];
  return `${consoleOrigin(arn)}/states/home?region=${region}#/v2/executions/details/${arn}`;
}

/**
 * Starts a drill. Repeating it with the same id and input while the drill runs starts nothing twice
 * (docs/facts.md#names-of-executions), so that the SDK may retry it.
 */
export async function startExecution(
  client: SFNClient,
  stateMachineArn: string,
  drillId: string,
  input: object,
): Promise<DrillExecution> {
  const { executionArn: arn, startDate } = await client.send(
    new StartExecutionCommand({ stateMachineArn, name: drillId, input: JSON.stringify(input) }),
  );
  return {
    drillId,
    arn: arn ?? executionArn(stateMachineArn, drillId),
    status: 'RUNNING',
    startedAt: (startDate ?? new Date(0)).toISOString(),
    endedAt: null,
    operator: null,
  };
}

/** @throws DrillError REQUEST_INVALID when Step Functions knows no such drill (any more: it forgets after 90 days) */
export async function describeExecution(
  client: SFNClient,
  stateMachineArn: string,
  drillId: string,
): Promise<DrillExecution> {
  const arn = executionArn(stateMachineArn, drillId);
  // AWS would answer a ValidationException for a name that no execution can have.
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(drillId)) throw unknownDrill(drillId);
  try {
    const { status, startDate, stopDate, input } = await client.send(
      new DescribeExecutionCommand({ executionArn: arn }),
    );
    return { ...executionOf(drillId, arn, status, startDate, stopDate), operator: operatorOf(input) };
  } catch (error) {
    const unknown =
      error instanceof Error && (error.name === 'ExecutionDoesNotExist' || error.name === 'InvalidArn');
    if (!unknown) throw error;
    throw unknownDrill(drillId, error);
  }
}

function unknownDrill(drillId: string, cause?: unknown): DrillError {
  return new DrillError('REQUEST_INVALID', `Step Functions knows no drill "${visibleText(drillId)}"`, {
    hint: 'See `restore-drill history --aws`. Executions are forgotten after 90 days; `restore-drill show` still has the record.',
    cause,
  });
}

/** The running drill that was started last, else the newest one that ended; null when there never was one. */
export async function newestExecution(
  client: SFNClient,
  stateMachineArn: string,
): Promise<DrillExecution | null> {
  for (const statusFilter of ['RUNNING', undefined] as const) {
    const { executions } = await client.send(
      new ListExecutionsCommand({
        stateMachineArn,
        maxResults: 1,
        ...(statusFilter === undefined ? {} : { statusFilter }),
      }),
    );
    const newest = executions?.[0];
    if (newest?.name !== undefined && newest.executionArn !== undefined)
      return executionOf(newest.name, newest.executionArn, newest.status, newest.startDate, newest.stopDate);
  }
  return null;
}

function executionOf(
  drillId: string,
  arn: string,
  status: ExecutionStatus | undefined,
  startDate: Date | undefined,
  stopDate: Date | undefined,
): DrillExecution {
  return {
    drillId,
    arn,
    status: status ?? 'RUNNING',
    startedAt: (startDate ?? new Date(0)).toISOString(),
    endedAt: stopDate?.toISOString() ?? null,
    operator: null,
  };
}

/** The input is whatever somebody typed; only a plain `operator` in it is believed. */
function operatorOf(input: string | undefined): string | null {
  try {
    const parsed: unknown = JSON.parse(input ?? '');
    if (typeof parsed === 'object' && parsed !== null && 'operator' in parsed)
      return typeof parsed.operator === 'string' ? parsed.operator : null;
  } catch {
    // Not even JSON.
  }
  return null;
}

/**
 * Events of an execution with ids above `afterId`, oldest first. The first look pages from the beginning; later ones
 * page back from the end only as far as is needed, because the history of a long drill has more than a thousand.
 */
export async function historySince(client: SFNClient, arn: string, afterId: number): Promise<HistoryEvent[]> {
  const backwards = afterId > 0;
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({
        executionArn: arn,
        // 1,000 is the most; the tail of one poll has a handful.
        maxResults: backwards ? 100 : 1000,
        reverseOrder: backwards,
        includeExecutionData: true,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    );
    const fresh = (page.events ?? []).filter(({ id = 0 }) => id > afterId);
    events.push(...fresh);
    const reachedKnown = backwards && fresh.length < (page.events ?? []).length;
    nextToken = reachedKnown ? undefined : page.nextToken;
  } while (nextToken !== undefined);
  return events.sort((a, b) => (a.id ?? 0) - (b.id ?? 0));
}

/** Events from the newest backwards, page by page, so that a question about the end of a drill reads little. */
export async function* historyBackwards(client: SFNClient, arn: string): AsyncGenerator<HistoryEvent> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({
        executionArn: arn,
        maxResults: 100,
        reverseOrder: true,
        includeExecutionData: true,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    );
    yield* page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}
