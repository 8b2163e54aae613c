import { ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { EndedExecution } from '../../domain/watch/facts.ts';
import type { EndedExecutions } from '../../ports/watching.ts';

const statuses = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const;
/** Longest execution there can be: none that started earlier can have ended in the time asked for. */
const longestExecutionMs = 73 * 3600 * 1000;

/**
 * Asks Step Functions which executions of the machine ended; listing them costs nothing. Lists come newest start first, so pages are
 * read until executions started too early to have ended in the time asked for.
 */
export function createEndedExecutions(options: {
  client: SFNClient;
  stateMachineArn: string;
}): EndedExecutions {
  const { client, stateMachineArn } = options;
  async function ofStatus(statusFilter: (typeof statuses)[number], since: number): Promise<EndedExecution[]> {
    const found: EndedExecution[] = [];
    let nextToken: string | undefined;
    do {
      const page = await client.send(
        new ListExecutionsCommand({
          stateMachineArn,
          statusFilter,
          maxResults: 100,
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      );
      const executions = page.executions ?? [];
      for (const { name, stopDate } of executions) {
        if (name === undefined || stopDate === undefined || stopDate.getTime() <= since) continue;
        found.push({ drillId: name, status: statusFilter, endedAt: stopDate.toISOString() });
      }
      const oldest = executions.at(-1)?.startDate?.getTime() ?? 0;
      nextToken = oldest < since - longestExecutionMs ? undefined : page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }
  return {
    async endedAfter(since) {
      const moment = Date.parse(since);
      return (await Promise.all(statuses.map((status) => ofStatus(status, moment)))).flat();
    },
  };
}
