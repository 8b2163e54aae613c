import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { DrillError } from '../../../../domain/findings/errors.ts';
import type { SandboxAddress } from '../../../../domain/sandbox/address.ts';

/** What RDS writes into a managed secret. */
const managedSecret = z.object({ password: z.string().min(1) });

/**
 * Password of the master role from the secret that RDS manages.
 * @throws DrillError SECRET_UNREADABLE; neither message nor cause ever holds the value
 */
export async function masterPassword(
  secrets: SecretsManagerClient,
  { sandboxId, secretArn }: SandboxAddress,
): Promise<string> {
  if (secretArn === undefined) throw unreadable(sandboxId, 'the instance names no secret');
  let text: string | undefined;
  try {
    ({ SecretString: text } = await secrets.send(new GetSecretValueCommand({ SecretId: secretArn })));
  } catch (error) {
    throw unreadable(secretArn, error instanceof Error ? error.name : 'the request failed');
  }
  try {
    return managedSecret.parse(JSON.parse(text ?? '')).password;
  } catch {
    // The parser's message would quote the secret.
    throw unreadable(secretArn, 'it is not what RDS writes');
  }
}

function unreadable(what: string, reason: string): DrillError {
  return new DrillError(
    'SECRET_UNREADABLE',
    `the master secret of the sandbox (${what}) cannot be read: ${reason}`,
    {
      hint: 'Check that the restore task may call secretsmanager:GetSecretValue on rds!* secrets and use their key.',
      fault: 'service',
    },
  );
}
