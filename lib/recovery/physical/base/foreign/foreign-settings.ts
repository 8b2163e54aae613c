/** The settings that a cluster brings with it, told by name. Values hold passwords, hosts and commands, and are never kept. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type ConfigurationLine, readConfiguration } from './configuration-file.ts';

export interface ForeignSettings {
  /** Names of all that are set, sorted, each once. */
  names: string[];
  /** Those that would run a program, reach another machine or end recovery early: what a drill must say it took away. */
  acting: string[];
  /** Libraries that the server loads at its start, or at each login: it does not start where they are not. */
  preloadLibraries: string[];
}

const actingNames: readonly RegExp[] = [
  /^archive_(command|library|cleanup_command)$/,
  /^(restore|recovery_end)_command$/,
  /^primary_(conninfo|slot_name)$/,
  /^recovery_target/,
  /^(promote_trigger|trigger)_file$/,
  /^(shared|session|local)_preload_libraries$/,
  /^ssl_passphrase_command$/,
  /^(dynamic_library_path|jit_provider|synchronous_standby_names|listen_addresses)$/,
  /^(data_directory|hba_file|ident_file|external_pid_file)$/,
];

/** Nobody writes a longer one; a hostile one is not read into memory. */
const longestFileBytes = 4 * 1024 * 1024;
/** As deep as the server follows files that include each other (CONF_FILE_MAX_DEPTH). */
const deepestInclude = 10;

/** Of the files in the data directory and those that they include within it. */
export function foreignSettings(dataDirectory: string): ForeignSettings {
  const lines = ['postgresql.conf', 'postgresql.auto.conf', 'recovery.conf', 'recovery.done'].flatMap(
    (name) => linesOf(dataDirectory, name, 0),
  );
  const names = [...new Set(lines.map(({ name }) => name))].sort();
  return {
    names,
    acting: names.filter((name) => actingNames.some((acting) => acting.test(name))),
    preloadLibraries: [...new Set(lines.flatMap(librariesOf))].sort(),
  };
}

/** Only what looks like a library: the rest of a value stays untold. */
function librariesOf({ name, value }: ConfigurationLine): string[] {
  if (!name.endsWith('_preload_libraries')) return [];
  return value
    .split(',')
    .map((library) => library.trim().replace(/^"(.*)"$/, '$1'))
    .filter((library) => /^[\w$/.-]{1,200}$/.test(library));
}

function linesOf(directory: string, name: string, depth: number): ConfigurationLine[] {
  const text = textOf(directory, name);
  if (text === null || depth > deepestInclude) return [];
  return readConfiguration(text).flatMap((line) => {
    if (!/^include(_dir|_if_exists)?$/.test(line.name)) return [line];
    const included = posix.normalize(posix.join(posix.dirname(name), line.value));
    // What lies outside did not come with the backup; a file of this machine must not be taken for it.
    if (line.value.startsWith('/') || included.startsWith('..')) return [line];
    const files = line.name === 'include_dir' ? filesOf(directory, included) : [included];
    return [line, ...files.flatMap((file) => linesOf(directory, file, depth + 1))];
  });
}

function filesOf(directory: string, folder: string): string[] {
  try {
    return readdirSync(join(directory, folder))
      .filter((name) => name.endsWith('.conf') && !name.startsWith('.'))
      .sort()
      .map((name) => posix.join(folder, name));
  } catch {
    return [];
  }
}

/** Null for what is no plain file: links are not followed. */
function textOf(directory: string, name: string): string | null {
  const path = join(directory, name);
  const status = lstatSync(path, { throwIfNoEntry: false });
  return status?.isFile() === true && status.size <= longestFileBytes ? readFileSync(path, 'utf8') : null;
}
