import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { DrillError } from '../../domain/findings/errors.ts';
import type { SecretsReader } from '../../ports/secret-reader.ts';
import { createSecretReader } from './secret-reader.ts';
import { readSecretText } from './secret-text.ts';

/**
 * Reads secrets at the moment of use, from either store of AWS.
 *
 * Both throw DrillError SECRET_UNREADABLE.
 */
export function createSecretsReader({
  client,
  secretsManager,
}: {
  client: SSMClient;
  secretsManager: SecretsManagerClient;
}): SecretsReader {
  return {
    ...createSecretReader({ client }),
    async secret(nameOrArn) {
      const text = await readSecretText(secretsManager, nameOrArn);
      if (text !== null && text.trim() !== '') return text;
      throw new DrillError('SECRET_UNREADABLE', `the secret ${nameOrArn} holds no text`, {
        hint: 'Store it as plain text (aws secretsmanager put-secret-value --secret-string file://FILE).',
      });
    },
  };
}
