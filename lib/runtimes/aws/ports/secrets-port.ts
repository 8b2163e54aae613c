import { createSecretReader } from '../../../adapters/secrets/secret-reader.ts';
import type { SecretReader } from '../../../ports/secret-reader.ts';
import { ssmClient } from '../clients.ts';

/** SecureStrings of SSM Parameter Store. */
export const secretsPort = (): SecretReader => createSecretReader({ client: ssmClient() });
