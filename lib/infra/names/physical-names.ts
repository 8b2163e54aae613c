import { type HookName, hookTaskFamily } from '../../contract/names.ts';
import type { restoreTaskSizes } from '../../contract/restore-task-sizes.ts';
import type { sandboxTaskSizes } from '../../contract/sandbox-task-sizes.ts';
import { supportedMajors } from '../../domain/sandbox/sandbox-plan.ts';

/**
 * Names that must be known before a thing exists: IAM policies, the environment of functions and the machine refer to
 * them without making CloudFormation wait in a circle. All begin with the stack's name, which begins with
 * `restore-drill`.
 */
export interface PhysicalNames {
  stack: string;
  stateMachine: string;
  cluster: string;
  sandboxSubnetGroup: string;
  /** Major version → parameter group for imports. */
  importParameterGroups: Record<string, string>;
  /** Size of the restore task → family of its task definition. */
  restoreTasks: Record<(typeof restoreTaskSizes)[number]['name'], string>;
  /** Size of a restore task with a server inside → family of its task definition. */
  sandboxTasks: Record<(typeof sandboxTaskSizes)[number]['name'], string>;
  /** The restore task whose server lies on a volume. */
  volumeTask: string;
  functionOf(door: string): string;
  hookTaskOf(database: string, hook: HookName): string;
  /** Every family of a hook, for IAM. */
  hookTasks: string;
  dashboard: string;
  deadLetters: string;
}

/** Lambda allows 64 characters in a name; the longest door is `clean-up-after-abort`. */
export const longestStackName = 64 - '-clean-up-after-abort'.length;

/**
 * @param network what tells one network of a stack from the next, e.g. `0a1b2c3d`; null: the one that every stack has
 *   unless drills.yaml says otherwise. A subnet group cannot move to another VPC
 *   (docs/facts.md#subnet-groups-stay-in-their-vpc), so its name changes with the network and CloudFormation makes a new one.
 */
export function physicalNames(stack: string, network: string | null = null): PhysicalNames {
  return {
    stack,
    stateMachine: stack,
    cluster: stack,
    dashboard: stack,
    sandboxSubnetGroup: network === null ? `${stack}-sandbox` : `${stack}-sandbox-${network}`,
    importParameterGroups: Object.fromEntries(
      supportedMajors.map((major) => [String(major), `${stack}-import-${major}`]),
    ),
    restoreTasks: {
      small: `${stack}-restore-small`,
      medium: `${stack}-restore-medium`,
      large: `${stack}-restore-large`,
    },
    sandboxTasks: {
      small: `${stack}-sandbox-small`,
      medium: `${stack}-sandbox-medium`,
      large: `${stack}-sandbox-large`,
    },
    volumeTask: `${stack}-sandbox-volume`,
    functionOf: (door) => `${stack}-${door}`,
    hookTaskOf: (database, hook) => hookTaskFamily(stack, database, hook),
    hookTasks: hookTaskFamily(stack, '*', 'migrate').replace(/\*.*$/, '*'),
    deadLetters: `${stack}-dead-letters`,
  };
}
