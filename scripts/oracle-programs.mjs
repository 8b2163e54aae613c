// The programs that are the oracle of the tests: PostgreSQL's own server and tools, and openssl. Those of this machine, else
// Debian's, unpacked below the cache directory. Nothing is installed and nobody needs to be root: Debian's C library comes
// along, and each program is started through its loader.
//   node scripts/oracle-programs.mjs       finds or fetches whatever the tests need, and prints where it is
import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { argv, env, platform, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

const clientPrograms = ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore'];

/** Where a major lies on the machines of developers. */
const foldersOfMajor = (major) => [
  `/usr/lib/postgresql/${major}/bin`, // Debian, Ubuntu
  `/usr/pgsql-${major}/bin`, // PGDG on Red Hat, Fedora, SUSE
  `/opt/homebrew/opt/postgresql@${major}/bin`,
  `/usr/local/opt/postgresql@${major}/bin`,
];

/**
 * What the tests run. Dumps are made with PostgreSQL 15 and restored into it; only the tools of 17 write and read lz4, zstd and
 * archive version 1.16. `package` of Debian's `release` has the programs in `folder`.
 */
const wanted = {
  'PostgreSQL 15': {
    programs: ['postgres', 'initdb', 'pg_basebackup', ...clientPrograms],
    installed: foldersOfMajor(15),
    release: 'bookworm',
    package: 'postgresql-15',
    folder: 'usr/lib/postgresql/15/bin',
  },
  'PostgreSQL 17': {
    programs: clientPrograms,
    installed: foldersOfMajor(17),
    release: 'trixie',
    package: 'postgresql-client-17',
    folder: 'usr/lib/postgresql/17/bin',
  },
  openssl: {
    programs: ['openssl'],
    installed: (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/')),
    release: 'bookworm',
    package: 'openssl',
    folder: 'usr/bin',
  },
};

/** The folder with the programs of a major. */
export const postgresqlPrograms = (major) => folderOf(`PostgreSQL ${major}`);

/** Path of the command `openssl`. */
export const opensslProgram = () => join(folderOf('openssl'), 'openssl');

const found = new Map();

/** Of this machine, else of the cache, else fetched into the cache. */
function folderOf(name) {
  const { installed, folder } = wanted[name];
  const known = found.get(name);
  if (known !== undefined) return known;
  const there = [...installed, join(cacheOf(name), folder)].find((each) => holdsPrograms(each, name));
  const place = there ?? fetchFromDebian(name);
  found.set(name, place);
  return place;
}

function holdsPrograms(folder, name) {
  try {
    for (const program of wanted[name].programs) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function cacheOf(name) {
  return join(cacheDirectory(), 'restore-drill-tests', name.toLowerCase().replace(' ', '-'));
}

/** Root's servers run as another user, who may not enter root's home. */
function cacheDirectory() {
  if (env.RESTORE_DRILL_CACHE_DIR !== undefined) return env.RESTORE_DRILL_CACHE_DIR;
  if (process.getuid?.() === 0) return '/var/cache';
  return env.XDG_CACHE_HOME || join(homedir(), '.cache');
}

function fetchFromDebian(name) {
  if (!hasApt() || !existsSync(keyring)) throw new Error(oneLineToType());
  const target = cacheOf(name);
  mkdirSync(dirname(target), { recursive: true });
  const made = mkdtempSync(`${target}.new-`);
  chmodSync(made, 0o755);
  try {
    stderr.write(`${name} is not on this machine: fetching Debian's into ${target}, once …\n`);
    const startedAt = Date.now();
    for (const file of downloadPackages(made, name)) execFileSync('dpkg-deb', ['--extract', file, made]);
    rmSync(join(made, 'apt'), { recursive: true });
    startThroughLoader(made, target, name);
    // Another run may have been faster.
    if (!holdsPrograms(join(target, wanted[name].folder), name)) {
      rmSync(target, { recursive: true, force: true });
      renameSync(made, target);
    }
    stderr.write(`${name} is there, after ${Math.round((Date.now() - startedAt) / 1000)} s\n`);
  } catch (error) {
    const reason = String(error.stderr ?? '').trim() || error.message;
    throw new Error(`${name} could not be fetched from http://deb.debian.org: ${reason}`);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return join(target, wanted[name].folder);
}

/** Debian's keys are on every Debian; Ubuntu has them as a package. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const hasApt = () => platform === 'linux' && spawnSync('apt-get', ['--version']).status === 0;

function oneLineToType() {
  if (hasApt())
    return 'The tests fetch PostgreSQL from Debian and need its keys: sudo apt-get install -y debian-archive-keyring';
  if (platform === 'darwin')
    return 'The tests need PostgreSQL 15 and 17: brew install postgresql@15 postgresql@17';
  return 'The tests need PostgreSQL 15 and 17 of https://yum.postgresql.org: sudo dnf install -y postgresql15-contrib postgresql17 openssl';
}

/**
 * What the programs do not need to run: Debian's own scripts around them, and the compiler of the just-in-time compilation,
 * which is off without it.
 */
const leftOut = ['postgresql-common', 'postgresql-client-common', 'ssl-cert', 'libllvm14', 'locales'];

/** Downloads a package with all that it depends on, checked by apt against Debian's signature. @returns their files */
function downloadPackages(made, name) {
  const apt = join(made, 'apt');
  for (const part of ['state/lists/partial', 'archives/partial', 'log'])
    mkdirSync(join(apt, part), { recursive: true });
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  const asInstalled = (each) =>
    `Package: ${each}\nStatus: install ok installed\nVersion: 9:9\nArchitecture: ${architecture}\nMulti-Arch: foreign\nMaintainer: none\nDescription: left out\n`;
  writeFileSync(join(apt, 'status'), leftOut.map(asInstalled).join('\n'));
  writeFileSync(
    join(apt, 'sources.list'),
    `deb [signed-by=${keyring}] http://deb.debian.org/debian ${wanted[name].release} main\n`,
  );
  const settings = {
    'Dir::State': join(apt, 'state'),
    'Dir::State::status': join(apt, 'status'),
    'Dir::Cache': apt,
    'Dir::Log': join(apt, 'log'),
    'Dir::Etc::sourcelist': join(apt, 'sources.list'),
    'Dir::Etc::sourceparts': '-',
    'Dir::Etc::preferencesparts': '-',
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const configuration = join(apt, 'apt.conf');
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`);
  writeFileSync(configuration, lines.join(''));
  const run = (...words) =>
    execFileSync('apt-get', ['-qq', ...words], {
      env: { ...env, APT_CONFIG: configuration },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  run('update');
  run('-y', '--download-only', 'install', wanted[name].package);
  return readdirSync(join(apt, 'archives'))
    .filter((file) => file.endsWith('.deb'))
    .map((file) => join(apt, 'archives', file));
}

/** Puts a script in the place of each program, which starts it with the libraries that came with it. */
function startThroughLoader(made, target, name) {
  const libraries = ['lib', 'usr/lib'].flatMap((parent) =>
    (existsSync(join(made, parent)) ? readdirSync(join(made, parent)) : [])
      .filter((folder) => folder.endsWith('-linux-gnu'))
      .map((folder) => join(parent, folder)),
  );
  const loader = libraries
    .flatMap((folder) => readdirSync(join(made, folder)).map((file) => join(folder, file)))
    .find((path) => /\/ld-linux-[^/]*\.so\.\d+$/.test(path));
  if (loader === undefined) throw new Error(`no loader came with ${name}`);
  const { folder } = wanted[name];
  // Without its compiler, which was left out, the server would fail where it finds this half of it.
  rmSync(join(made, dirname(folder), 'lib', 'llvmjit.so'), { force: true });
  const programs = join(dirname(folder), 'programs');
  renameSync(join(made, folder), join(made, programs));
  // A process is called as the file that was executed: the loader has each program's name.
  const loaders = join(dirname(folder), 'loaders');
  for (const each of [folder, loaders]) mkdirSync(join(made, each));
  const path = libraries.map((each) => join(target, each)).join(':');
  for (const program of readdirSync(join(made, programs))) {
    linkSync(realpathSync(join(made, loader)), join(made, loaders, program));
    // PostgreSQL finds its other programs and files from the name that it was called by.
    const started = `--argv0 '${join(target, folder, program)}' '${join(target, programs, program)}'`;
    const configured = name === 'openssl' ? `OPENSSL_CONF='${join(target, 'etc/ssl/openssl.cnf')}' ` : '';
    const script = `#!/bin/sh\n${configured}exec '${join(target, loaders, program)}' --library-path '${path}' ${started} "$@"\n`;
    writeFileSync(join(made, folder, program), script, { mode: 0o755 });
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const name of Object.keys(wanted)) console.log(`${name}: ${folderOf(name)}`);
  } catch (error) {
    stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
