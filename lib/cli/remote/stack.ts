import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStacks,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { resourcePrefix } from '../../contract/names.ts';
import { furtherOutput, outputNames } from '../../contract/outputs.ts';
import { DrillError } from '../../domain/findings/errors.ts';

/** A deployed stack: what its outputs say. */
export interface DeployedStack {
  /** CloudFormation's name of it: anything, where the construct stands in a stack of the user. */
  name: string;
  /** `aws.stackName`: what the names in it begin with, and the tag of its sandboxes. */
  baseName: string;
  /** CloudFormation's word, e.g. `UPDATE_COMPLETE`. */
  status: string;
  /** When it was last deployed, ISO 8601. */
  deployedAt: string;
  stateMachineArn: string;
  ledgerTable: string;
  evidenceBucket: string;
  /** Null: seals are not signed. */
  signingKey: string | null;
  topicArn: string;
  restoreCluster: string;
  sweepFunction: string;
  /** Version of restore-drill that was deployed. */
  version: string;
  databases: string[];
  region: string;
  accountId: string;
}

/**
 * Finds what was deployed under a name.
 *
 * @throws DrillError CONFIG_INVALID when there is no such stack, it is no restore-drill, or it never came up
 */
export async function findStack(client: CloudFormationClient, name: string): Promise<DeployedStack> {
  const stack = await describe(client, name);
  const status = stack.StackStatus ?? 'unknown';
  const outputs = new Map((stack.Outputs ?? []).map((output) => [output.OutputKey, output.OutputValue]));
  const output = (key: keyof typeof outputNames): string => {
    const value = outputs.get(outputNames[key]);
    if (value !== undefined) return value;
    throw outputs.size === 0 ? withoutOutputs(name, status) : foreign(name, outputNames[key]);
  };
  const stateMachineArn = output('stateMachineArn');
  const [, , , region = '', accountId = '', , baseName = ''] = stateMachineArn.split(':');
  return {
    name,
    baseName,
    status,
    deployedAt: (stack.LastUpdatedTime ?? stack.CreationTime ?? new Date(0)).toISOString(),
    stateMachineArn,
    ledgerTable: output('ledgerTable'),
    evidenceBucket: output('evidenceBucket'),
    signingKey: outputs.get(outputNames.signingKey) ?? null,
    topicArn: output('topicArn'),
    restoreCluster: output('restoreCluster'),
    sweepFunction: output('sweepFunction'),
    version: output('version'),
    databases: databasesOf(output('databases'), outputs, name),
    region,
    accountId,
  };
}

async function describe(client: CloudFormationClient, name: string): Promise<Stack> {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const stack = Stacks?.[0];
    if (stack !== undefined) return stack;
  } catch (error) {
    const unknown =
      error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
    if (!unknown) throw error;
  }
  const others = await otherStacks(client);
  const region = await client.config.region();
  const there = others.length === 0 ? '' : ` (there are: ${others.join(', ')})`;
  throw new DrillError('CONFIG_INVALID', `there is no stack "${name}" in ${region}${there}`, {
    hint: 'Deploy it with `npx cdk deploy`, or give its name with --stack and its region with --region.',
  });
}

/** Names of stacks that may be meant. Only a hint: without the right to list them there is none. */
async function otherStacks(client: CloudFormationClient): Promise<string[]> {
  const prefix = resourcePrefix.replace(/-$/, '');
  const names: string[] = [];
  try {
    for await (const { Stacks } of paginateDescribeStacks({ client }, {}))
      names.push(...(Stacks ?? []).flatMap(({ StackName }) => StackName ?? []));
  } catch {
    return [];
  }
  return names.filter((name) => name.startsWith(prefix)).sort();
}

function withoutOutputs(name: string, status: string): DrillError {
  const message = `the stack "${name}" has no outputs: it is ${status}`;
  return new DrillError('CONFIG_INVALID', message, {
    hint: 'Deploy it to its end with `npx cdk deploy`; a stack in ROLLBACK_COMPLETE must be deleted first.',
  });
}

function foreign(name: string, missing: string): DrillError {
  return new DrillError(
    'CONFIG_INVALID',
    `the stack "${name}" has no output ${missing}: it is no restore-drill of this version`,
    {
      hint: 'Give the name of the restore-drill stack with --stack, or deploy this version with `npx cdk deploy`.',
    },
  );
}

/** All names: those that did not fit into one output are in the ones after it. */
function databasesOf(
  first: string,
  outputs: Map<string | undefined, string | undefined>,
  name: string,
): string[] {
  const names = parseDatabases(first, name);
  for (let number = 2; ; number += 1) {
    const more = outputs.get(furtherOutput(outputNames.databases, number));
    if (more === undefined) return names;
    names.push(...parseDatabases(more, name));
  }
}

function parseDatabases(text: string, name: string): string[] {
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed) && parsed.every((one) => typeof one === 'string')) return parsed;
  } catch {
    // Told below.
  }
  throw foreign(name, outputNames.databases);
}
