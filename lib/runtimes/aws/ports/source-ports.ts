import { objectReader } from '../../../adapters/dump-stores/companion-reader.ts';
import { createSourceOpener, readPassphrase } from '../../../adapters/dump-stores/open-for-aws.ts';
import type { Configuration, DrillPorts } from '../../../ports/drill-ports.ts';
import { secretsManagerClient } from '../clients.ts';
import { secretsPort } from './secrets-port.ts';

/** What reads dumps and the files beside them. */
export function sourcePorts(
  configuration: Configuration,
): Pick<DrillPorts, 'configuration' | 'openStore' | 'objects' | 'passphrase'> {
  return {
    configuration,
    openStore: createSourceOpener({ secretsManager: secretsManagerClient() }),
    objects: objectReader,
    passphrase: (database) => readPassphrase(configuration.database(database).source, secretsPort()),
  };
}
