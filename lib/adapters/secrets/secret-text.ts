import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DrillError } from '../../domain/findings/errors.ts';
import { awsErrorKind, awsErrorText, isAccessDenied, isTransientAwsError } from '../aws/aws-errors.ts';

/**
 * Text of a secret of Secrets Manager; null when it holds none.
 *
 * @param secretId name or ARN; the only part of the secret that a message shows
 * @throws DrillError SECRET_UNREADABLE
 */
export const readSecretText = (client: SecretsManagerClient, secretId: string): Promise<string | null> =>
  client
    .send(new GetSecretValueCommand({ SecretId: secretId }))
    .then(({ SecretString }) => SecretString ?? null)
    .catch((error: unknown) => {
      throw unreadableSecret(secretId, error);
    });

function unreadableSecret(secretId: string, error: unknown): DrillError {
  if (awsErrorKind(error) === 'not found') {
    return new DrillError('SECRET_UNREADABLE', `there is no secret ${secretId} in this region`, {
      hint: 'Check its name in drills.yaml; secrets are regional.',
    });
  }
  const what = `the secret ${secretId} cannot be read (${awsErrorText(error)})`;
  if (isAccessDenied(error)) {
    return new DrillError('SECRET_UNREADABLE', what, {
      hint: 'Deploy again, so that the stack grants secretsmanager:GetSecretValue on it; a customer key needs kms:Decrypt in its key policy too.',
    });
  }
  return new DrillError('SECRET_UNREADABLE', what, {
    hint: 'Try again; a secret that is marked for deletion must be restored first.',
    fault: 'service',
    retryable: isTransientAwsError(error),
  });
}
