import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';

/** What pseudo parameters stand for at their longest: GovCloud's partition and names of its regions. */
const longest: Record<string, string> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-2',
  'AWS::AccountId': '123456789012',
};
/** Any other reference is an ARN or a name that CloudFormation makes. */
const reference = 'x'.repeat(90);

/** A resolved value as IAM will see it. */
function rendered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rendered);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::Join': join, ...rest } = value as Record<string, unknown>;
  if (typeof ref === 'string') return longest[ref] ?? reference;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(rendered).join(String(join[0]));
  if (Object.keys(rest).some((key) => key.startsWith('Fn::'))) return reference;
  return Object.fromEntries(Object.entries(rest).map(([key, one]) => [key, rendered(one)]));
}

/** Characters that IAM counts of a resolved policy document or statement: all but white space between them. */
export const policyCharacters = (resolved: unknown): number => JSON.stringify(rendered(resolved)).length;

/** The same of statements that are not in a template yet. */
export const statementCharacters = (stack: Stack, statements: iam.PolicyStatement[]): number =>
  policyCharacters(stack.resolve(statements.map((statement) => statement.toStatementJson())));
