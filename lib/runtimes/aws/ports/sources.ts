/** What a restore reads: dumps, the files beside them, and secrets. Apart, because it draws in all of the SDK for S3. */

import { objectReader } from '../../../adapters/dump-stores/companion-reader.ts';
import { createSourceOpener, readOpening } from '../../../adapters/dump-stores/open-for-aws.ts';
import { createSecretReader } from '../../../adapters/secrets/secret-reader.ts';
import { createSecretsReader } from '../../../adapters/secrets/secrets-reader.ts';
import type { Configuration, DrillPorts } from '../../../ports/drill-ports.ts';
import type { SecretReader, SecretsReader } from '../../../ports/secret-reader.ts';
import { secretsManagerClient, ssmClient } from '../clients.ts';

/** What reads dumps and the files beside them. */
export function sourcePorts(
  configuration: Configuration,
): Pick<DrillPorts, 'configuration' | 'openStore' | 'objects' | 'dumpOpening'> {
  return {
    configuration,
    openStore: createSourceOpener({ secretsManager: secretsManagerClient() }),
    objects: objectReader,
    dumpOpening: (database) => readOpening(configuration.database(database).source, dumpSecretsPort()),
  };
}

/** SecureStrings of SSM Parameter Store. */
export const secretsPort = (): SecretReader => createSecretReader({ client: ssmClient() });

const dumpSecretsPort = (): SecretsReader =>
  createSecretsReader({ client: ssmClient(), secretsManager: secretsManagerClient() });
