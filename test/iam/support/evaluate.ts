import { runSimulation } from '@cloud-copilot/iam-simulate';
import { account } from './resolve-template.ts';
import type { PolicyStatement, Role } from './role-policies.ts';

/** One permission that a call needs: what AWS asks its policies. */
export interface Permission {
  action: string;
  resource: string;
  context?: Record<string, string | string[]>;
}

export interface Evaluation {
  allowed: boolean;
  result: string;
  /** `policy/index` of each statement that allowed it. */
  allowedBy: string[];
  deniedBy: string[];
}

/**
 * AWS checks these on the state machine although its reference lists no resource for them: its refusals name the
 * machine's ARN, and the CDK grants and has tried them so (aws/aws-cdk#8486). They are evaluated as an action of that
 * resource, so that the simulator, which goes by the reference, does not insist on `*`.
 */
const onTheMachine = new Map(
  ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'].map((action) => [
    action,
    'states:StartExecution',
  ]),
);

/** The role with one action renamed, and without what it says of others. */
function renamed(role: Role, from: string, to: string): Role {
  const rename = (statement: PolicyStatement): PolicyStatement => {
    const actions = [statement.Action ?? []].flat();
    return { ...statement, Action: actions.includes(from) ? [to] : ['states:ListActivities'] };
  };
  return {
    ...role,
    policies: role.policies.map(({ name, policy }) => ({
      name,
      policy: { ...policy, Statement: policy.Statement.map(rename) },
    })),
  };
}

/** What a key's own policy must say before policies of roles count at all; a test holds our key to it. */
export const keyPolicyOfAccount = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
};

/** The simulator passes over encryption contexts: on both sides a key that it does compare stands for each. */
const simulated = <Value>(value: Value): Value =>
  JSON.parse(
    JSON.stringify(value).replaceAll(
      /kms:EncryptionContext:([\w:]+)/g,
      (_whole, name: string) => `aws:PrincipalTag/encryption-context-${name.replaceAll(':', '-')}`,
    ),
  ) as Value;

/** Asks an independent implementation of IAM's evaluation. @throws Error when it does not understand the request */
export async function evaluate(role: Role, permission: Permission): Promise<Evaluation> {
  const { action, resource, context = {} } = permission;
  const standIn = onTheMachine.get(action);
  if (standIn !== undefined)
    return evaluate(renamed(role, action, standIn), { ...permission, action: standIn });
  const answer = await runSimulation(
    {
      request: {
        principal: role.arn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/').concat('/door'),
        action,
        resource: { resource, accountId: account },
        contextVariables: {
          'aws:SecureTransport': 'true',
          'aws:PrincipalArn': role.arn,
          ...simulated(context),
        },
      },
      identityPolicies: role.policies.map(({ name, policy }) => ({
        name,
        policy: simulated(numbered(policy, name)),
      })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(action.startsWith('kms:') ? { resourcePolicy: keyPolicyOfAccount } : {}),
    },
    {},
  );
  if (answer.resultType === 'error')
    throw new Error(`${action} on ${resource} cannot be evaluated: ${JSON.stringify(answer.errors)}`);
  const results = answer.resultType === 'single' ? [answer.result] : answer.results;
  const identity = results.map(({ analysis }) => analysis.identityAnalysis);
  return {
    allowed: answer.overallResult === 'Allowed',
    result: answer.overallResult,
    allowedBy: identity.flatMap((found) => (found?.allowStatements ?? []).map(statementName)),
    deniedBy: identity.flatMap((found) => (found?.denyStatements ?? []).map(statementName)),
  };
}

/** Gives each statement a Sid that names its place, so that it can be told which one decided. */
function numbered<Policy extends { Statement: object[] }>(policy: Policy, name: string): Policy {
  return {
    ...policy,
    Statement: policy.Statement.map((statement, index) => ({ ...statement, Sid: sidOf(name, index) })),
  };
}

export const sidOf = (policy: string, index: number): string =>
  `${policy}${index}`.replace(/[^A-Za-z0-9]/g, '');

function statementName(found: { statement: { sid(): string | undefined } }): string {
  return found.statement.sid() ?? '';
}
