import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { createFileDumpStore } from '../../adapters/dump-stores/folder/folder-dump-store.ts';
import { openConfiguredStore } from '../../adapters/dump-stores/open-for-local.ts';
import { readConfig } from '../../adapters/files/config-file.ts';
import { wholeNameOf } from '../../domain/backup/split-dumps.ts';
import { databaseNameFor, fittingDatabases } from '../../domain/config/database-of-dump.ts';
import {
  type DatabaseConfig,
  type DrillConfig,
  defaultDatabaseConfig,
  type NotifyConfig,
  nobodyToNotify,
  noKeys,
  notifyOf,
  type RecoverTo,
  type SourceConfig,
} from '../../domain/config/index.ts';
import { nearestWord } from '../../domain/config/suggestion.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Configuration, OpenedSource } from '../../ports/drill-ports.ts';
import { type AskedDump, askedDump, meantAsFile, withMeantDump } from './asked-dump.ts';
import { joinedPrefixes, openBaseBackupPlaces } from './base-backup-places.ts';
import { readCommandEnvironment } from './command-environment.ts';
import { type KeyPlaces, keyPlacesOf } from './dump-keys.ts';
import type { DrillOptions } from './request-options.ts';

/** The configuration of one local drill and how its dumps are reached. */
export interface LocalConfiguration extends Configuration {
  /** The database this run is about; undefined when the request itself must say so. */
  chosen: string | undefined;
  /** Key of the one dump that was asked for. */
  dumpKey: string | null;
  openStore(source: SourceConfig): Promise<OpenedSource>;
  /** What stands in the environment of its commands. @throws DrillError where a secret is not there */
  commandEnvironment(source: SourceConfig): ReturnType<typeof readCommandEnvironment>;
  /** Where the keys of a database's encrypted dumps stand on this machine. */
  keyPlaces(database: string): KeyPlaces;
  /** Who is told of a database's drills; nobody while drills.yaml cannot be read. */
  notifyOf(database: string): NotifyConfig;
  /** What relative paths of drills.yaml are relative to. */
  baseFolder: string;
}

/** What is read where no other file is named. */
export const defaultConfigFile = 'drills.yaml';

/**
 * Joins drills.yaml and the command line. What is wrong with either is no drill that failed: it is thrown here, before there is
 * anything to record.
 *
 * @throws DrillError REQUEST_INVALID when neither a dump, nor a database, nor a configuration is at hand, CONFIG_INVALID
 */
export async function loadLocalConfiguration(given: DrillOptions): Promise<LocalConfiguration> {
  const options = withMeantDump(given);
  const file = configFile(options);
  const dump = askedDump(options);
  const config = file === null ? null : await readConfig(file);
  // Wrong usage rather than a drill that failed: nothing was asked for, so there is nothing to record.
  if (file === null && dump === null && options.database === undefined) throw nothingToDrill();
  if (dump === null && options.database !== undefined && config?.databases[options.database] === undefined)
    throw unknownDatabase(options.database, file, config);
  const baseFolder = file === null ? '.' : dirname(file);
  const chosen =
    options.database ?? (dump === null ? undefined : databaseFor(dump.dumpKey ?? dump.name, config));

  return {
    chosen,
    dumpKey: dump?.dumpKey ?? null,
    databases: () =>
      databaseNames(config, dump === null || options.database !== undefined ? undefined : chosen),
    database: (name) => {
      const configured = config?.databases[name];
      // A dump that fits no configured database is drilled with the built-in checks alone.
      if (configured === undefined && dump === null) throw unknownDatabase(name, file, config);
      const chosen = withOptions(configured ?? loneDump(), dump, options);
      return { ...chosen, source: besideCommands(chosen.source, file) };
    },
    openStore: async (source) => {
      if (dump?.kind === 'base backup')
        return { store: await openBaseBackupPlaces(dump.places, options), prefix: '' };
      if (dump?.kind === 'file') return { store: (await createFileDumpStore(dump.path)).store, prefix: '' };
      return openConfiguredStore(source, {
        baseFolder,
        ...(options.from === undefined ? {} : { fromFolder: options.from }),
      });
    },
    commandEnvironment: (source) => readCommandEnvironment(source, file === null ? '.' : dirname(file)),
    keyPlaces: (name) => keyPlacesOf(options, config?.databases[name]?.source.decrypt ?? noKeys, baseFolder),
    notifyOf: (name) => (config === null ? nobodyToNotify : notifyOf(config, name)),
    baseFolder,
  };
}

/** Commands run in a folder of their own: what they shall see is named from the root. */
function besideCommands(source: SourceConfig, file: string | null): SourceConfig {
  if (source.kind !== 'folder' || source.physical?.commands == null) return source;
  return { ...source, folder: resolve(file === null ? '.' : dirname(file), source.folder) };
}

/** A dump of which nothing is configured may create its own database: the restorer makes it, never the dump. */
function loneDump(): DatabaseConfig {
  const config = defaultDatabaseConfig(anySource());
  return { ...config, restore: { ...config.restore, allowCreate: true } };
}

function anySource(): SourceConfig {
  return {
    kind: 'folder',
    folder: '.',
    pattern: null,
    timezone: 'UTC',
    minBytes: 0,
    maxAgeSeconds: null,
    intervalSeconds: null,
    decrypt: noKeys,
    member: null,
    physical: null,
  };
}

function configFile(options: DrillOptions): string | null {
  if (options.config !== undefined) return resolve(options.config);
  // With --dump alone no configuration is looked for: the verdict must not depend on the folder one stands in.
  if ((options.dump ?? options.base) !== undefined && options.database === undefined) return null;
  return existsSync(defaultConfigFile) ? resolve(defaultConfigFile) : null;
}

/** Databases a request may name: the configured ones, and the one that a lone dump stands for. */
function databaseNames(config: DrillConfig | null, ofDump: string | undefined): string[] {
  const names = Object.keys(config?.databases ?? {});
  if (ofDump !== undefined && !names.includes(ofDump)) return [...names, ofDump];
  if (names.length === 0) throw nothingToDrill();
  return names;
}

function recoverToOf({ lsn, immediate }: DrillOptions): RecoverTo {
  if (lsn !== undefined) return { kind: 'lsn', lsn };
  return { kind: immediate === true ? 'immediate' : 'latest' };
}

function databaseFor(dumpKey: string, config: DrillConfig | null): string {
  const name = wholeNameOf(dumpKey);
  const fitting = fittingDatabases(name, config);
  if (fitting.length === 1 && fitting[0] !== undefined) return fitting[0];
  return databaseNameFor(name);
}

function withOptions(config: DatabaseConfig, dump: AskedDump | null, options: DrillOptions): DatabaseConfig {
  const restore = {
    ...config.restore,
    connections: options.connections ?? config.restore.connections ?? connectionsHere(),
    entryTimeoutSeconds:
      options.entryTimeout ?? config.restore.entryTimeoutSeconds ?? entryTimeoutHereSeconds,
    ...(options.keepOrder === undefined ? {} : { keepOrder: options.keepOrder }),
  };
  const source = sourceOf(config.source, dump, options);
  return { ...config, restore, source: { ...source, member: options.member ?? source.member } };
}

/** Somebody waits in front of this machine. */
const entryTimeoutHereSeconds = 300;

/**
 * One per processor: the server runs on this machine too, and more only take turns (on two processors, a plain dump took 0.66 of
 * psql's time with two connections and 0.76 with four).
 */
const connectionsHere = (): number => Math.min(8, Math.max(2, availableParallelism()));

function sourceOf(source: SourceConfig, dump: AskedDump | null, options: DrillOptions): SourceConfig {
  if (dump?.kind === 'base backup')
    return {
      ...source,
      physical: {
        ...{ basePrefix: joinedPrefixes.base, walPrefix: joinedPrefixes.wal },
        ...{ tool: null, commands: null, maxLagSeconds: null, fullSnapshot: false },
        recoverTo: recoverToOf(options),
      },
    };
  const { region, endpointUrl } = options;
  if (dump?.kind === 's3') {
    const { pattern, timezone, minBytes, maxAgeSeconds, intervalSeconds, decrypt, physical } = source;
    return {
      ...{ pattern, timezone, minBytes, maxAgeSeconds, intervalSeconds, decrypt, physical },
      member: source.member,
      kind: 's3',
      bucket: dump.bucket,
      prefix: dump.prefix,
      region: region ?? null,
      endpointUrl: endpointUrl ?? null,
      pathStyle: options.pathStyle ?? endpointUrl !== undefined,
      credentialsSecret: null,
      expectedBucketOwner: null,
    };
  }
  if (source.kind !== 's3') return source;
  return {
    ...source,
    region: region ?? source.region,
    endpointUrl: endpointUrl ?? source.endpointUrl,
    pathStyle: options.pathStyle ?? (source.pathStyle || endpointUrl !== undefined),
  };
}

function unknownDatabase(name: string, file: string | null, config: DrillConfig | null): DrillError {
  const known = Object.keys(config?.databases ?? {});
  const near = nearestWord(name, known);
  const asDatabase =
    near !== null
      ? `Did you mean ${near}?`
      : known.length > 0
        ? `It configures ${known.join(', ')}.`
        : 'Give --dump FILE to drill one dump without a configuration.';
  return new DrillError(
    'CONFIG_INVALID',
    `there is no database "${name}" in ${file ?? 'any configuration: there is no drills.yaml here'}`,
    { hint: meantAsFile(name) ?? asDatabase, usage: true },
  );
}

function nothingToDrill(): DrillError {
  return new DrillError('REQUEST_INVALID', 'there is nothing to drill: no --dump and no drills.yaml', {
    hint: 'Run `restore-drill run --dump backup.sql.gz`, or `restore-drill init --dump backup.sql.gz` to make a drills.yaml.',
  });
}
