import * as z from 'zod';
import { restoreTaskEnvironment } from '../../../contract/environment.ts';
import { DrillError } from '../../../domain/findings/errors.ts';

const pointer = { drillId: z.string().min(1), attempt: z.coerce.number().int().min(1) };
const schema = z.discriminatedUnion('command', [
  z.object({
    command: z.enum(['read', 'restore', 'checks']),
    ...pointer,
    taskToken: z.string().min(1).max(2048),
  }),
  z.object({
    command: z.literal('credentials'),
    drillId: pointer.drillId,
    sandbox: z.union([
      z.object({ tunnelHost: z.ipv4(), tunnelKey: z.string().min(1) }),
      z.object({
        sandboxHost: z.string().min(1),
        sandboxPort: z.coerce.number().int().min(1),
        sandboxRole: z.string().min(1),
      }),
    ]),
  }),
]);

/**
 * What a container of the restore image was started for: `restore` and `checks` answer by task token; `credentials`
 * is the first container of a hook's task, which nobody waits for by token.
 */
export type TaskCommand = z.output<typeof schema>;

/** Reads the container overrides of the machine. @throws DrillError INTERNAL_ERROR naming every wrong variable */
export function parseTaskCommand(variables: NodeJS.ProcessEnv): TaskCommand {
  const names = restoreTaskEnvironment;
  const parsed = schema.safeParse({
    command: variables[names.command],
    drillId: variables[names.drillId],
    attempt: variables[names.attempt],
    taskToken: variables[names.taskToken],
    sandbox: {
      tunnelHost: variables[names.tunnelHost],
      tunnelKey: variables[names.tunnelKey],
      sandboxHost: variables[names.sandboxHost],
      sandboxPort: variables[names.sandboxPort],
      sandboxRole: variables[names.sandboxRole],
    },
  });
  if (parsed.success) return parsed.data;
  const wrong = [...new Set(parsed.error.issues.map(({ path }) => nameOf(String(path[0]))))];
  throw new DrillError('INTERNAL_ERROR', `the task was started without a usable ${wrong.join(', ')}`, {
    hint: 'This image is started by restore-drill, whose state machine and restore task set these variables.',
    fault: 'us',
  });
}

const nameOf = (field: string): string => {
  const { sandboxHost, tunnelHost } = restoreTaskEnvironment;
  if (field === 'sandbox') return `${sandboxHost} or ${tunnelHost}`;
  return restoreTaskEnvironment[field as keyof typeof restoreTaskEnvironment] ?? 'COMMAND';
};
