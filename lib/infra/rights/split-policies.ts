import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { statementCharacters } from '../limits/policy-size.ts';
import { accept } from '../review/accepted-rules.ts';

/** IAM takes 6,144 characters in a managed policy (docs/facts.md#sizes-of-policies); the rest is room to spare. */
const mostCharacters = 4300;
/** So much of one subject stays in the policy of the role itself, where a reader looks first. */
const mostInline = 1500;

/** Rights of one subject: in the role's own policy, or in policies that several roles share. */
export interface SharedRights {
  statements: iam.PolicyStatement[];
  policies: iam.IManagedPolicy[];
}

/**
 * Keeps rights that grow with the number of databases below IAM's limits. A few stay with each role; many go into managed
 * policies that every role with this subject shares, so that the template holds them once. Nothing is widened: a
 * statement with too many resources becomes several with some of them each.
 */
export class SplitPolicies extends Construct {
  readonly rights: SharedRights;

  /** @param inlineCharacters how much stays in the policies of the roles themselves */
  constructor(
    scope: Construct,
    id: string,
    statements: iam.PolicyStatement[],
    inlineCharacters = mostInline,
  ) {
    super(scope, id);
    const stack = Stack.of(this);
    if (statements.length === 0 || statementCharacters(stack, statements) <= inlineCharacters) {
      this.rights = { statements, policies: [] };
      return;
    }
    const pages: iam.PolicyStatement[][] = [[]];
    for (const statement of statements.flatMap((one) => halved(stack, one))) {
      const page = pages.at(-1)!;
      if (page.length > 0 && statementCharacters(stack, [...page, statement]) > mostCharacters)
        pages.push([statement]);
      else page.push(statement);
    }
    const policies = pages.map(
      (page, index) =>
        new iam.ManagedPolicy(this, `Part${index + 1}`, {
          description: `restore-drill: ${id}, part ${index + 1} of ${pages.length}`,
          document: new iam.PolicyDocument({ statements: page, minimize: false }),
        }),
    );
    for (const policy of policies)
      accept(policy, 'AwsSolutions-IAM5[Resource::*]', 'As in the roles that share it.');
    this.rights = { statements: [], policies };
  }
}

/** Cuts a statement in two, by its longest list, until each part fits into a policy. */
function halved(stack: Stack, statement: iam.PolicyStatement): iam.PolicyStatement[] {
  if (statementCharacters(stack, [statement]) <= mostCharacters) return [statement];
  const json = statement.toStatementJson() as {
    Sid?: string;
    Resource: string | string[];
    Condition?: Record<string, Record<string, string | string[]>>;
  };
  const lists = [
    { values: [json.Resource].flat(), put: (values: string[]) => ({ ...json, Resource: values }) },
    ...Object.entries(json.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, value]) => ({
        values: [value].flat(),
        put: (values: string[]) => ({
          ...json,
          Condition: { ...json.Condition, [operator]: { ...keys, [key]: values } },
        }),
      })),
    ),
  ];
  const longestList = lists.reduce((a, b) => (a.values.length >= b.values.length ? a : b));
  const { values, put } = longestList;
  if (values.length < 2) return [statement];
  const middle = Math.ceil(values.length / 2);
  return [values.slice(0, middle), values.slice(middle)].flatMap((half, index) => {
    const part = { ...put(half), ...(json.Sid === undefined ? {} : { Sid: `${json.Sid}${'AB'[index]}` }) };
    return halved(stack, iam.PolicyStatement.fromJson(part));
  });
}
