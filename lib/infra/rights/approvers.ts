import { Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { PhysicalNames } from '../names/physical-names.ts';
import { answerApprovals, readLedger } from './ledger.ts';
import { answerStates, executionsArn } from './running-drills.ts';
import { allow } from './statement.ts';

interface ApproversProps {
  names: PhysicalNames;
  ledger: ITable;
  /** ARNs of roles and users of this account (`aws.approvers`). */
  approvers: string[];
}

/**
 * A policy with exactly what `restore-drill approve` needs, attached to whom drills.yaml names. It is there when nobody is
 * named, too: roles of IAM Identity Center take it by its name in their permission set
 * (docs/facts.md#roles-of-iam-identity-center).
 */
export class Approvers extends Construct {
  /** For permission sets, which name a policy and not its ARN. */
  readonly policyName: string;

  constructor(scope: Construct, id: string, { names, ledger, approvers }: ApproversProps) {
    super(scope, id);
    this.policyName = `${names.stack}-approver`;
    const stack = Stack.of(this);
    const policy = new iam.CfnManagedPolicy(this, 'Policy', {
      managedPolicyName: this.policyName,
      description: 'Answers approvals of restore-drill from the command line',
      policyDocument: new iam.PolicyDocument({
        statements: [
          answerApprovals(ledger),
          readLedger(ledger),
          answerStates(stack, names),
          // What a person decides about: verdict, findings and instance stand in the history of the execution.
          allow('LookAtTheRestore', ['states:GetExecutionHistory'], [executionsArn(stack, names)]),
          allow(
            'FindTheStack',
            ['cloudformation:DescribeStacks'],
            [
              stack.formatArn({
                service: 'cloudformation',
                resource: 'stack',
                resourceName: `${stack.stackName}/*`,
              }),
            ],
          ),
        ],
      }),
    });
    const roles = namesOf('role', approvers);
    const users = namesOf('user', approvers);
    if (roles.length > 0) policy.roles = roles;
    if (users.length > 0) policy.users = users;
  }
}

/** The last part of an ARN: roles and users are attached by name, whatever their path. */
const namesOf = (kind: 'role' | 'user', arns: string[]): string[] =>
  arns.filter((arn) => arn.includes(`:${kind}/`)).map((arn) => arn.slice(arn.lastIndexOf('/') + 1));
