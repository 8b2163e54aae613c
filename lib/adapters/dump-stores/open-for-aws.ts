import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DumpOpening } from '../../domain/backup/dump-opening.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { OpenedSource } from '../../ports/drill-ports.ts';
import type { SecretsReader } from '../../ports/secret-reader.ts';
import { readStoreCredentials } from '../secrets/store-credentials.ts';
import { storeOfLatest } from './commanded-store.ts';
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
    // The tool is in the image of the restore task alone: which backup its newest is, the task asks.
    if (source.physical?.commands != null) return { store: storeOfLatest(() => new Date()), prefix: '' };
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
 * Keys of encrypted dumps, read where the configuration says, and the member of their packages.
 *
 * @throws DrillError SECRET_UNREADABLE
 */
export async function readOpening(source: SourceConfig, secrets: SecretsReader): Promise<DumpOpening> {
  const { decrypt, member } = source;
  const read = async (parameter: string | null, secret: string | null): Promise<string | null> =>
    parameter !== null ? secrets.parameter(parameter) : secret !== null ? secrets.secret(secret) : null;
  const environment = await readEnvironment(source, secrets);
  return {
    passphrase: await read(decrypt.passphraseParameter, decrypt.passphraseSecret),
    privateKey: await read(decrypt.keyParameter, decrypt.keySecret),
    member,
    ...(environment === undefined ? {} : { environment }),
  };
}

async function readEnvironment(
  { physical }: SourceConfig,
  secrets: SecretsReader,
): Promise<DumpOpening['environment']> {
  const commands = physical?.commands ?? null;
  if (commands === null) return undefined;
  const variables: Record<string, string> = {};
  const hidden: string[] = [];
  for (const [name, one] of Object.entries(commands.environment)) {
    if ('value' in one) {
      variables[name] = one.value;
      continue;
    }
    const value =
      one.parameter !== null
        ? await secrets.parameter(one.parameter)
        : one.secret !== null
          ? await secrets.secret(one.secret)
          : null;
    // Refused before it is deployed.
    if (value === null) throw new RangeError(`${name} names no secret of AWS`);
    variables[name] = value;
    hidden.push(value);
  }
  return { variables, secrets: hidden };
}
