import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import type { SecretReader } from '../../ports/secret-reader.ts';
import { readStoreCredentials } from '../secrets/store-credentials.ts';
import { createS3DumpStore, type S3DumpStoreOptions } from './s3/s3-dump-store.ts';

export interface SourceOpenerOptions {
  /** Asked only for sources with `credentialsSecret`; a client of the SDK costs nothing until it is used. */
  secretsManager: SecretsManagerClient;
  /** Stands in for the network: tests. */
  requestHandler?: NonNullable<S3DumpStoreOptions['requestHandler']>;
}

/**
 * Opens what `source:` of drills.yaml describes, from within AWS: a bucket of this account or another, in any region,
 * or an S3-compatible store with keys from Secrets Manager.
 *
 * The function throws DrillError CONFIG_INVALID for a folder, SECRET_UNREADABLE for keys that cannot be read.
 */
export function createSourceOpener(
  options: SourceOpenerOptions,
): (source: SourceConfig) => Promise<OpenedSource> {
  return async (source) => {
    if (source.kind === 'folder') {
      throw new DrillError(
        'CONFIG_INVALID',
        `the source is the folder ${source.folder}, which AWS cannot see`,
        {
          hint: 'Give a `bucket` under `source:` in drills.yaml and deploy again.',
        },
      );
    }
    const credentials =
      source.credentialsSecret === null
        ? null
        : await readStoreCredentials(options.secretsManager, source.credentialsSecret);
    const store = createS3DumpStore({
      bucket: source.bucket,
      prefix: source.prefix,
      region: source.region,
      endpointUrl: source.endpointUrl,
      pathStyle: source.pathStyle,
      credentials,
      expectedBucketOwner: source.expectedBucketOwner,
      ...(options.requestHandler === undefined ? {} : { requestHandler: options.requestHandler }),
    });
    return { store, prefix: source.prefix };
  };
}

/**
 * The passphrase of openssl-encrypted dumps, null when none is configured.
 *
 * @throws DrillError SECRET_UNREADABLE
 */
export async function readPassphrase(source: SourceConfig, secrets: SecretReader): Promise<string | null> {
  const parameter = source.decrypt.passphraseParameter;
  return parameter === null ? null : secrets.parameter(parameter);
}
