import { Stack } from 'aws-cdk-lib';
import { DrillError } from '../../domain/findings/errors.ts';
import { policyCharacters } from './policy-size.ts';

/** What AWS takes, each found only in the middle of a deployment (docs/facts.md#limits-of-a-stack, #sizes-of-policies). */
const limits = {
  templateBytes: 1_000_000,
  resources: 500,
  outputs: 200,
  managedPolicyCharacters: 6144,
  inlinePolicyCharacters: 10_240,
  managedPoliciesPerRole: 10,
  environmentBytes: 4096,
};

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

interface Template {
  Resources?: Record<string, Resource>;
  Outputs?: Record<string, unknown>;
}

/** What of a template is larger than AWS takes, one plain sentence each. */
export function limitProblems(text: string): string[] {
  const { Resources = {}, Outputs = {} } = JSON.parse(text) as Template;
  const resources = Object.entries(Resources);
  const problems: string[] = [];
  const check = (what: string, value: number, most: number, unit: string) => {
    if (value > most) problems.push(`${what} has ${value} ${unit}; AWS takes ${most}`);
  };
  check('the template', Buffer.byteLength(text), limits.templateBytes, 'bytes');
  check('the template', resources.length, limits.resources, 'resources');
  check('the template', Object.keys(Outputs).length, limits.outputs, 'outputs');
  const inline = new Map<string, number>();
  for (const [id, { Type, Properties = {} }] of resources) {
    if (Type === 'AWS::IAM::ManagedPolicy') {
      const characters = policyCharacters(Properties.PolicyDocument);
      check(`the policy ${id}`, characters, limits.managedPolicyCharacters, 'characters');
    }
    if (Type === 'AWS::IAM::Policy') {
      for (const role of (Properties.Roles ?? []) as unknown[]) {
        const name = JSON.stringify(role);
        inline.set(name, (inline.get(name) ?? 0) + policyCharacters(Properties.PolicyDocument));
      }
    }
    if (Type === 'AWS::IAM::Role') {
      const attached = ((Properties.ManagedPolicyArns ?? []) as unknown[]).length;
      check(`the role ${id}`, attached, limits.managedPoliciesPerRole, 'managed policies');
    }
    if (Type === 'AWS::Lambda::Function') {
      const { Variables = {} } = (Properties.Environment ?? {}) as { Variables?: object };
      check(`the environment of ${id}`, policyCharacters(Variables), limits.environmentBytes, 'bytes');
    }
  }
  for (const [role, characters] of inline)
    check(`the role ${role} of inline policies`, characters, limits.inlinePolicyCharacters, 'characters');
  return problems;
}

/**
 * Refuses what CloudFormation would refuse, before it has made anything: the template of a stack, and those of the stacks
 * in it.
 *
 * @param databases how many are drilled in it
 * @throws DrillError CONFIG_INVALID with every problem, one per line
 */
export function assertStackWithinLimits(stack: Stack, databases: number): void {
  const stacks = stack.node.findAll().filter((one) => Stack.isStack(one));
  const problems = stacks.flatMap((one) => limitProblems(templateOf(one)));
  if (problems.length === 0) return;
  throw new DrillError(
    'CONFIG_INVALID',
    `${databases} databases are too many for one stack: ${problems.join('\n')}`,
    {
      hint: 'Share them out over several drills.yaml with an aws.stackName each, or use fewer buckets, prefixes, secrets and parameter groups.',
    },
  );
}

/** What the CDK writes of a stack, which has no public name before it lies in the assembly. */
interface Unwritten {
  _toCloudFormation(): object;
  _suppressTemplateIndentation: boolean;
}

function templateOf(stack: Stack): string {
  const unwritten = stack as unknown as Unwritten;
  const spaces = unwritten._suppressTemplateIndentation ? 0 : 1;
  return JSON.stringify(stack.resolve(unwritten._toCloudFormation()), undefined, spaces);
}
