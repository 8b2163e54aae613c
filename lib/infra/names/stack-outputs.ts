import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { furtherOutput, longestOutput, outputNames } from '../../contract/outputs.ts';

type Values = Omit<
  Record<keyof typeof outputNames, string>,
  'databases' | 'dashboardUrl' | 'evidenceKey' | 'signingKey'
> & {
  databases: string[];
  /** Absent: there is no dashboard. */
  dashboardUrl?: string;
  /** Absent: seals are not signed. */
  signingKey?: string;
  /** Absent: the evidence is under the keys of S3. */
  evidenceKey?: string;
};

/** Outputs of the stack: how the command line finds its way in an account, so they have these names wherever they stand. */
export function writeOutputs(scope: Construct, { databases, ...values }: Values): void {
  const write = (name: string, value: string) =>
    new CfnOutput(scope, name, { value }).overrideLogicalId(name);
  for (const [key, name] of Object.entries(outputNames)) {
    const value = values[key as keyof typeof values];
    if (value !== undefined) write(name, value);
  }
  for (const [index, names] of chunks(databases).entries()) {
    const name = index === 0 ? outputNames.databases : furtherOutput(outputNames.databases, index + 1);
    write(name, JSON.stringify(names));
  }
}

/** Lists of names that each fit into one output. */
function chunks(names: string[]): string[][] {
  const parts: string[][] = [[]];
  for (const name of names) {
    const last = parts.at(-1)!;
    if (last.length > 0 && JSON.stringify([...last, name]).length > longestOutput) parts.push([name]);
    else last.push(name);
  }
  return parts;
}
