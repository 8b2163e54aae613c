import * as z from 'zod';
import { restoreTaskEnvironment } from '../../../contract/environment.ts';
import { DrillError } from '../../../domain/findings/errors.ts';

/**
 * What a container of the restore image was started for: `restore` and `checks` answer by task token; `credentials`
 * is the first container of a hook's task, which nobody waits for by token.
 */
export type TaskCommand =
  | { command: 'read' | 'restore' | 'checks'; drillId: string; attempt: number; taskToken: string }
  | { command: 'credentials'; drillId: string; attempt: number };

const pointer = { drillId: z.string().min(1), attempt: z.coerce.number().int().min(1) };
const schema = z.discriminatedUnion('command', [
  z.object({
    command: z.enum(['read', 'restore', 'checks']),
    ...pointer,
    taskToken: z.string().min(1).max(2048),
  }),
  z.object({ command: z.literal('credentials'), ...pointer }),
]);

/** Reads the container overrides of the machine. @throws DrillError INTERNAL_ERROR naming every wrong variable */
export function parseTaskCommand(variables: NodeJS.ProcessEnv): TaskCommand {
  const names = restoreTaskEnvironment;
  const parsed = schema.safeParse({
    command: variables[names.command],
    drillId: variables[names.drillId],
    attempt: variables[names.attempt],
    taskToken: variables[names.taskToken],
  });
  if (parsed.success) return parsed.data;
  const wrong = [
    ...new Set(parsed.error.issues.map(({ path }) => names[path[0] as keyof typeof names] ?? 'COMMAND')),
  ];
  throw new DrillError('INTERNAL_ERROR', `the task was started without a usable ${wrong.join(', ')}`, {
    hint: 'This image is started by the state machine of restore-drill, which sets these variables.',
    fault: 'us',
  });
}
