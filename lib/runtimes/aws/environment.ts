import * as z from 'zod';
import { environmentNames, noApprovalUrl } from '../../contract/environment.ts';
import { DrillError } from '../../domain/findings/errors.ts';

const text = z.string().min(1);

/** A variable that holds JSON, as the stack wrote it. */
function json<Schema extends z.ZodType>(schema: Schema) {
  return text
    .transform((value, context): unknown => {
      try {
        return JSON.parse(value);
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

const taskSize = z.object({
  taskDefinition: text,
  upToDumpBytes: z.number().positive(),
  vcpu: z.number().positive(),
  memoryGib: z.number().positive(),
});

const sandboxTaskSize = z.object({
  taskDefinition: text,
  vcpu: z.number().positive(),
  memoryGib: z.number().positive(),
  diskGib: z.number().positive(),
  volumeRole: text.exactOptional(),
});

const taskNetwork = z.object({
  subnets: z.array(text).min(1),
  securityGroups: z.array(text).min(1),
  assignPublicIp: z.enum(['ENABLED', 'DISABLED']),
});

const schemas = {
  stackName: text,
  ledgerTable: text,
  evidenceBucket: text,
  topicArn: text,
  stateMachineArn: text,
  approvalUrl: z.union([z.literal(noApprovalUrl).transform(() => null), z.url()]),
  sandboxSubnetGroup: text,
  sandboxSecurityGroup: text,
  sandboxParameterGroups: json(z.record(z.string(), text)),
  restoreCluster: text,
  restoreTasks: json(z.array(taskSize).min(1)),
  sandboxTasks: json(z.array(sandboxTaskSize)),
  restoreNetwork: json(taskNetwork),
  runbook: text,
  deadLetterQueue: text,
  commit: text,
  signingKey: text,
  caBundlePath: text,
} satisfies Record<keyof typeof environmentNames, z.ZodType>;

type EnvironmentKey = keyof typeof schemas;
export type Environment = { [Key in EnvironmentKey]: z.output<(typeof schemas)[Key]> };

/**
 * The variables that one door needs, parsed. Every missing or broken one is named at once.
 *
 * @throws DrillError INTERNAL_ERROR
 */
export function readEnvironment<Key extends EnvironmentKey>(
  keys: readonly Key[],
  variables: NodeJS.ProcessEnv = process.env,
): Pick<Environment, Key> {
  const found: Partial<Environment> = {};
  const problems: string[] = [];
  for (const key of keys) {
    const name = environmentNames[key];
    const value = variables[name];
    if (value === undefined || value === '') {
      problems.push(`${name} is not set`);
      continue;
    }
    const parsed = schemas[key].safeParse(value);
    if (parsed.success) Object.assign(found, { [key]: parsed.data });
    else problems.push(`${name}: ${parsed.error.issues.map(({ message }) => message).join(', ')}`);
  }
  if (problems.length > 0) {
    throw new DrillError('INTERNAL_ERROR', `the environment is incomplete: ${problems.join('; ')}`, {
      hint: 'Deploy the stack again: it sets these variables, and nothing else should change them.',
      fault: 'us',
    });
  }
  return found as Pick<Environment, Key>;
}
