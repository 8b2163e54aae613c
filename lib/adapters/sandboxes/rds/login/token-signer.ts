import { Signer, type SignerConfig } from '@aws-sdk/rds-signer';
import type { TokenSigner } from './sandbox-access.ts';

/** Signs with this process's own role. Credentials come from the default chain unless given. */
export function tokenSigner(options: {
  region: string;
  credentials?: NonNullable<SignerConfig['credentials']>;
}): TokenSigner {
  const { region, credentials } = options;
  return ({ host, port, masterRole }) =>
    new Signer({
      region,
      hostname: host,
      port,
      username: masterRole,
      ...(credentials === undefined ? {} : { credentials }),
    }).getAuthToken();
}
