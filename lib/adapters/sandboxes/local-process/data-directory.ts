import { createHash } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { ServerBinaries } from './installed-servers.ts';
import { publishDirectory, removeAbandoned, sealDirectory, sealHolds } from './sealed-directory.ts';
import type { ServerAccount } from './server-account.ts';
import { adminRole } from './server-settings.ts';
import { serverWalls } from './server-walls.ts';
import { runTool } from './tool-run.ts';

export interface DataDirectoryOptions {
  binaries: ServerBinaries;
  account: ServerAccount;
  /** Exists, is empty and belongs to the account. */
  dataDirectory: string;
  /** Initialised clusters are kept here, to be copied. */
  cacheDirectory: string;
  signal: AbortSignal;
}

/**
 * Fills a data directory with a new cluster, and returns the locale it was made with.
 *
 * initdb takes 0.9 s on 2 cores, a copy of its result 0.2 to 0.4 s, so the result is kept per server, user and locale.
 * Copies share their system identifier, which matters to replication only. Where the cache cannot be written, initdb runs.
 *
 * @throws DrillError SANDBOX_UNAVAILABLE
 */
export async function fillDataDirectory(options: DataDirectoryOptions): Promise<{ locale: string }> {
  for (const locale of locales) {
    const template = await clusterTemplate(options, locale).catch((error: unknown) => {
      if (error instanceof InitdbRefusal || options.signal.aborted) throw error;
      return null;
    });
    if (template === 'locale absent') continue;
    if (template !== null && (await copyCluster(template, options))) return { locale };
    if ((await initialise(options.dataDirectory, locale, options)) === 'made') return { locale };
  }
  throw new InitdbRefusal('no usable locale');
}

/** C.UTF-8 knows the case of every letter; C, which every system has, only of ASCII. */
const locales = ['C.UTF-8', 'C'];

/** Raise when the arguments of initdb or the walls change, so that old templates are not used. */
const templateFormat = 2;

async function clusterTemplate(
  options: DataDirectoryOptions,
  locale: string,
): Promise<string | 'locale absent'> {
  const { binaries, account, cacheDirectory } = options;
  const identity = JSON.stringify([
    templateFormat,
    binaries.binDirectory,
    binaries.version,
    account.uid,
    locale,
  ]);
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  const parent = join(cacheDirectory, 'clusters');
  const final = join(parent, `${binaries.version}-${digest}`);
  if (await sealHolds(final, identity)) return join(final, 'data');

  await mkdir(parent, { recursive: true });
  if (account.switchTo !== null) await chmod(parent, 0o711);
  await removeAbandoned(parent, new Date());
  const made = await mkdtemp(join(parent, '.new-'));
  try {
    await chmod(made, account.switchTo === null ? 0o700 : 0o711);
    const data = join(made, 'data');
    await mkdir(data, { mode: 0o700 });
    await chown(data, account.uid, account.gid);
    if ((await initialise(data, locale, options)) === 'locale absent') return 'locale absent';
    await sealDirectory(made, identity);
    await publishDirectory(made, final, identity);
    return join(final, 'data');
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** `cp` runs as the server's user, so that what it makes belongs to it. False when the copy is not whole. */
async function copyCluster(template: string, options: DataDirectoryOptions): Promise<boolean> {
  const { account, dataDirectory, signal } = options;
  const run = { account, workingDirectory: dataDirectory, signal };
  const { exitCode } = await runTool('cp', ['-R', '-p', `${template}/.`, '.'], run);
  if (exitCode === 0) return true;
  signal.throwIfAborted();
  await rm(dataDirectory, { recursive: true, force: true });
  await mkdir(dataDirectory, { mode: 0o700 });
  await chown(dataDirectory, account.uid, account.gid);
  return false;
}

async function initialise(
  directory: string,
  locale: string,
  options: DataDirectoryOptions,
): Promise<'made' | 'locale absent'> {
  const { binaries, account, signal } = options;
  const { exitCode, stderr } = await runTool(
    join(binaries.binDirectory, 'initdb'),
    initdbArguments(directory, locale, binaries),
    {
      account,
      workingDirectory: directory,
      signal,
    },
  );
  if (exitCode === 0) {
    await raiseWalls(directory, options);
    return 'made';
  }
  signal.throwIfAborted();
  if (/invalid locale name|could not find suitable .*encoding|encoding mismatch/i.test(stderr))
    return 'locale absent';
  throw new InitdbRefusal(lastLine(stderr));
}

/** @throws DrillError SANDBOX_UNAVAILABLE: a server without them is not started */
async function raiseWalls(
  directory: string,
  { binaries, account, signal }: DataDirectoryOptions,
): Promise<void> {
  for (const { database, statements } of serverWalls) {
    const { exitCode, stderr } = await runTool(
      join(binaries.binDirectory, 'postgres'),
      // `-j`: a statement ends at a semicolon and an empty line. The server ends at the first that fails.
      ['--single', '-j', '-c', 'exit_on_error=on', '-c', 'fsync=off', '-D', directory, database],
      { account, workingDirectory: directory, signal, input: `${statements.join(';\n\n')};\n\n` },
    );
    signal.throwIfAborted();
    if (exitCode !== 0) throw new InitdbRefusal(`the server could not be walled in: ${lastLine(stderr)}`);
  }
}

function initdbArguments(directory: string, locale: string, { majorVersion }: ServerBinaries): string[] {
  const everyMajor = [
    '-D',
    directory,
    '-U',
    adminRole,
    '-E',
    'UTF8',
    `--locale=${locale}`,
    '--lc-messages=C',
    '-A',
    'reject',
  ];
  const quick = ['--no-sync', ...(majorVersion >= 14 ? ['--no-instructions'] : [])];
  // The builtin provider sorts and cases alike on every system; a database of the dump names its own locale.
  const provider = majorVersion >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const checksums = majorVersion >= 18 ? ['--no-data-checksums'] : [];
  return [...everyMajor, ...quick, ...provider, ...checksums];
}

class InitdbRefusal extends DrillError {
  constructor(reason: string) {
    super('SANDBOX_UNAVAILABLE', `initdb failed: ${reason}`, {
      hint: 'Check the disk space and the PostgreSQL installation; `restore-drill doctor` shows which server is used.',
      fault: 'service',
    });
  }
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return (
    lines.findLast((line) => /error|fatal/i.test(line))?.trim() ?? lines.at(-1)?.trim() ?? 'it gave no reason'
  );
}
