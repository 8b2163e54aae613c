import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

interface ApprovalProps {
  answer: lambda.Function;
  /** Concurrent answers; null: whatever the account has (docs/facts.md#reserved-concurrency-in-new-accounts). */
  concurrency: number | null;
}

/**
 * Where the links of an approval lead. Without IAM, because a link in an e-mail carries no credentials: the signature in
 * the link is what counts (docs/decisions/007). The function can read approvals and answer the machine, nothing else, and
 * whoever floods its address only ever occupies `concurrency` invocations, where that is given.
 */
export class Approval extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { answer, concurrency }: ApprovalProps) {
    super(scope, id);
    this.url = answer.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE }).url;
    if (concurrency !== null) {
      (answer.node.defaultChild as lambda.CfnFunction).reservedConcurrentExecutions = concurrency;
    }
  }
}
