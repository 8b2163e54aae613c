import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { allow, viaService } from './statement.ts';

/** Reads exactly these secrets of Secrets Manager, by name or ARN. */
export function readSecrets(stack: Stack, sid: string, names: string[]): iam.PolicyStatement[] {
  const arns = [...new Set(names)].map((name) => secretArn(stack, name));
  return arns.length === 0
    ? []
    : [
        allow(sid, ['secretsmanager:GetSecretValue'], arns),
        // A secret under a key of the user: any key, but only through Secrets Manager and only for these secrets
        // (docs/facts.md#secrets-under-a-key-of-their-own).
        allow(`Decrypt${sid}`, ['kms:Decrypt'], ['*'], {
          StringLike: {
            'kms:ViaService': viaService(stack, 'secretsmanager'),
            'kms:EncryptionContext:SecretARN': arns,
          },
        }),
      ];
}

/** A secret's ARN ends in six characters of chance. */
function secretArn(stack: Stack, secret: string): string {
  if (secret.startsWith('arn:')) return secret;
  return stack.formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${secret}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** Reads exactly these parameters of SSM Parameter Store. `what` names them in the policy: `Passphrases`. */
export function readParameters(stack: Stack, what: string, names: string[]): iam.PolicyStatement[] {
  const arns = [...new Set(names)].map((name) =>
    stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName: name.replace(/^\//, '') }),
  );
  return arns.length === 0
    ? []
    : [
        allow(`Read${what}`, ['ssm:GetParameter'], arns),
        allow(`Decrypt${what}`, ['kms:Decrypt'], ['*'], {
          StringEquals: { 'kms:EncryptionContext:PARAMETER_ARN': arns },
          StringLike: { 'kms:ViaService': viaService(stack, 'ssm') },
        }),
      ];
}
