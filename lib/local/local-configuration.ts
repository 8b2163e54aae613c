import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readConfig } from '../adapters/local/config-file.ts';
import { createFileDumpStore, createFolderDumpStore } from '../adapters/local/folder-dump-store.ts';
import { openConfiguredStore } from '../adapters/local/configured-store.ts';
import { type DatabaseConfig, type DrillConfig, defaultDatabaseConfig, type SourceConfig } from '../domain/config.ts';
import { databaseNameFor, fittingDatabases } from '../domain/database-of-dump.ts';
import { DrillError } from '../domain/errors.ts';
import type { Configuration } from '../ports/drill-ports.ts';
import type { DumpStore } from '../ports/dump-store.ts';
import type { DrillOptions } from './request-options.ts';

/** The configuration of one local drill and how its dumps are reached. */
export interface LocalConfiguration extends Configuration {
  /** The database this run is about; undefined when the request itself must say so. */
  chosen: string | undefined;
  /** Key of the one dump that was asked for. */
  key: string | null;
  openStore(source: SourceConfig): Promise<DumpStore>;
  /** Name of the environment variable with the passphrase of encrypted dumps. */
  passphraseVariable(database: string): string | null;
}

const defaultConfigFile = 'drills.yaml';

/**
 * Joins drills.yaml and the command line. Reading is put off to the first question, so that a broken configuration is
 * met inside the drill, which then still gets its record.
 */
export function localConfiguration(options: DrillOptions): LocalConfiguration {
  const file = configFile(options);
  let read: DrillConfig | null = null;
  const config = (): DrillConfig | null => {
    if (file !== null) read ??= readConfig(file);
    return read;
  };
  const dump = options.dump === undefined ? null : parseDump(options.dump);
  const chosen = (): string | undefined => options.database ?? (dump === null ? undefined : databaseFor(options.dump ?? '', config()));

  const database = (name: string): DatabaseConfig => {
    const configured = config()?.databases[name];
    if (configured === undefined && (dump === null || config() !== null && options.database !== undefined)) {
      throw new DrillError('CONFIG_INVALID', `there is no database "${name}" in ${file ?? 'any configuration'}`, {
        hint: 'Name one that drills.yaml configures, or give --dump FILE to drill one dump without a configuration.',
      });
    }
    return withOptions(configured ?? defaultDatabaseConfig(anySource), dump, options);
  };

  return {
    get chosen() {
      return options.database ?? (dump === null ? undefined : safely(chosen));
    },
    key: dump?.key ?? null,
    databases: () => {
      const names = Object.keys(config()?.databases ?? {});
      const own = chosen();
      if (dump !== null && own !== undefined && !names.includes(own) && options.database === undefined) return [...names, own];
      if (names.length === 0 && own === undefined) throw nothingToDrill();
      return own !== undefined && names.length === 0 ? [own] : names;
    },
    database,
    openStore: async (source) => {
      if (dump !== null && dump.kind === 'file') return createFileDumpStore(dump.path);
      if (options.from !== undefined) return createFolderDumpStore(options.from);
      return openConfiguredStore(source, { baseFolder: file === null ? '.' : dirname(file) });
    },
    passphraseVariable: (name) => options.decryptPassphraseEnv ?? database(name).source.decrypt.passphraseEnv,
  };
}

const anySource: SourceConfig = {
  kind: 'folder',
  folder: '.',
  pattern: null,
  timezone: 'UTC',
  minBytes: 0,
  maxAgeSeconds: null,
  intervalSeconds: null,
  decrypt: { passphraseEnv: null, passphraseParameter: null },
};

function configFile(options: DrillOptions): string | null {
  if (options.config !== undefined) return resolve(options.config);
  // With --dump alone no configuration is looked for: the verdict must not depend on the folder one stands in.
  if (options.dump !== undefined && options.database === undefined) return null;
  return existsSync(defaultConfigFile) ? resolve(defaultConfigFile) : null;
}

type AskedDump = { kind: 'file'; path: string; key: string } | { kind: 's3'; bucket: string; prefix: string; key: string };

function parseDump(text: string): AskedDump {
  const s3 = /^s3:\/\/([^/]+)\/(.+)$/.exec(text);
  if (s3 === null) return { kind: 'file', path: resolve(text), key: basename(resolve(text)) };
  const [, bucket = '', key = ''] = s3;
  return { kind: 's3', bucket, prefix: key.includes('/') ? `${dirname(key)}/` : '', key };
}

function databaseFor(dump: string, config: DrillConfig | null): string {
  const name = basename(dump);
  const fitting = fittingDatabases(name, config);
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  return databaseNameFor(name);
}

function withOptions(config: DatabaseConfig, dump: AskedDump | null, options: DrillOptions): DatabaseConfig {
  const restore = {
    ...config.restore,
    ...(options.connections === undefined ? {} : { connections: options.connections }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(options.keepOrder === undefined ? {} : { keepOrder: options.keepOrder }),
  };
  return { ...config, restore, source: sourceOf(config.source, dump, options) };
}

function sourceOf(source: SourceConfig, dump: AskedDump | null, options: DrillOptions): SourceConfig {
  if (dump?.kind === 's3') {
    return {
      ...commonOf(source),
      kind: 's3',
      bucket: dump.bucket,
      prefix: dump.prefix,
      region: options.region ?? null,
      endpointUrl: options.endpointUrl ?? null,
      pathStyle: options.pathStyle ?? options.endpointUrl !== undefined,
      credentialsSecret: null,
      expectedBucketOwner: null,
    };
  }
  // A folder stands for the bucket's prefix: keys are relative to it.
  if (options.from !== undefined || dump !== null) return { ...commonOf(source), kind: 'folder', folder: options.from ?? '.' };
  if (source.kind !== 's3') return source;
  return {
    ...source,
    region: options.region ?? source.region,
    endpointUrl: options.endpointUrl ?? source.endpointUrl,
    pathStyle: options.pathStyle ?? (source.pathStyle || options.endpointUrl !== undefined),
  };
}

function commonOf({ pattern, timezone, minBytes, maxAgeSeconds, intervalSeconds, decrypt }: SourceConfig) {
  return { pattern, timezone, minBytes, maxAgeSeconds, intervalSeconds, decrypt };
}

function nothingToDrill(): DrillError {
  return new DrillError('REQUEST_INVALID', 'there is nothing to drill: no --dump and no drills.yaml', {
    hint: 'Run `restore-drill run --dump backup.sql.gz`, or `restore-drill init --dump backup.sql.gz` to make a drills.yaml.',
  });
}

function safely<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
