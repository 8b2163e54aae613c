// PostgreSQL's own server and tools, the oracle of the tests: those of this machine, else Debian's, unpacked below the
// cache directory. Nothing is installed: Debian's C library comes along, and each program is started through its loader.
//   node scripts/postgresql-programs.mjs            finds or fetches each major that the tests need, prints the folders
import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { argv, env, platform, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

const clientPrograms = ['psql', 'pg_dump', 'pg_dumpall', 'pg_restore'];

/**
 * What the tests run: dumps are made with 15 and restored into it, and only the tools of 17 write and read lz4, zstd and
 * archive version 1.16. Each with the release of Debian that holds it.
 */
const wanted = {
  15: {
    release: 'bookworm',
    package: 'postgresql-15',
    programs: ['postgres', 'initdb', 'pg_isready', ...clientPrograms],
  },
  17: { release: 'trixie', package: 'postgresql-client-17', programs: clientPrograms },
};

/** The folder with the programs of a major: of this machine, else in the cache, else fetched into the cache. */
export function postgresqlPrograms(major) {
  const folder = [...installedFolders(major), cachedFolder(major)].find((folder) =>
    holdsPrograms(folder, major),
  );
  return folder ?? fetchFromDebian(major);
}

function installedFolders(major) {
  return [
    `/usr/lib/postgresql/${major}/bin`, // Debian, Ubuntu
    `/usr/pgsql-${major}/bin`, // PGDG on Red Hat, Fedora, SUSE
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
  ];
}

function holdsPrograms(folder, major) {
  try {
    for (const program of wanted[major].programs) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Root's servers run as another user, who may not enter root's home. */
function cacheDirectory() {
  if (env.RESTORE_DRILL_CACHE_DIR !== undefined) return env.RESTORE_DRILL_CACHE_DIR;
  if (process.getuid?.() === 0) return '/var/cache';
  return env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
}

const cacheOf = (major) => join(cacheDirectory(), 'restore-drill-tests', `postgresql-${major}`);
const cachedFolder = (major) => join(cacheOf(major), 'usr', 'lib', 'postgresql', String(major), 'bin');

function fetchFromDebian(major) {
  if (!canFetch()) throw new Error(oneLineToType());
  const target = cacheOf(major);
  mkdirSync(join(target, '..'), { recursive: true });
  const made = mkdtempSync(`${target}.new-`);
  chmodSync(made, 0o755);
  try {
    stderr.write(`PostgreSQL ${major} is not installed: fetching Debian's into ${target} (once) …\n`);
    const started = Date.now();
    unpack(downloadPackages(made, major), made);
    startThroughLoader(made, target, major);
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
    const version = execFileSync(join(cachedFolder(major), 'pg_dump'), ['--version'], { encoding: 'utf8' });
    stderr.write(`${version.trim()}, after ${Math.round((Date.now() - started) / 1000)} s\n`);
  } catch (error) {
    throw new Error(
      `PostgreSQL ${major} could not be fetched: ${String(error.stderr ?? '').trim() || error.message}\n${oneLineToType()}`,
    );
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return cachedFolder(major);
}

/** Debian's keys are on every Debian; Ubuntu has them as a package. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const canFetch = () =>
  platform === 'linux' && existsSync(keyring) && spawnSync('apt-get', ['--version']).status === 0;

function oneLineToType() {
  const majors = Object.keys(wanted);
  if (platform === 'darwin')
    return `The tests need PostgreSQL ${majors.join(' and ')}: brew install ${majors.map((major) => `postgresql@${major}`).join(' ')}`;
  if (spawnSync('apt-get', ['--version']).status === 0)
    return 'The tests fetch PostgreSQL from Debian and need its keys: sudo apt-get install -y debian-archive-keyring';
  return `The tests need PostgreSQL ${majors.join(' and ')} from https://yum.postgresql.org: sudo dnf install -y ${majors.map((major) => `postgresql${major}-server postgresql${major}-contrib`).join(' ')}`;
}

/**
 * What the server and the tools do not need to run: Debian's own scripts around them, and the compiler of the just-in-time
 * compilation, which is off without it.
 */
const leftOut = [
  'postgresql-common',
  'postgresql-client-common',
  'ssl-cert',
  'libllvm14',
  'libllvm19',
  'locales',
];

/** Downloads the packages of a major with all that they depend on, checked by apt against Debian's signature. */
function downloadPackages(folder, major) {
  const apt = join(folder, 'apt');
  for (const part of ['state/lists/partial', 'archives/partial', 'log'])
    mkdirSync(join(apt, part), { recursive: true });
  const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim();
  const installed = (name) =>
    `Package: ${name}\nStatus: install ok installed\nVersion: 9:9\nArchitecture: ${architecture}\nMulti-Arch: foreign\nMaintainer: none\nDescription: not needed\n`;
  writeFileSync(join(apt, 'status'), leftOut.map(installed).join('\n'));
  writeFileSync(
    join(apt, 'sources.list'),
    `deb [signed-by=${keyring}] http://deb.debian.org/debian ${wanted[major].release} main\n`,
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
  writeFileSync(
    configuration,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  const run = (...words) =>
    execFileSync('apt-get', ['-qq', ...words], {
      env: { ...env, APT_CONFIG: configuration },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  run('update');
  run('-y', '--download-only', 'install', wanted[major].package);
  return readdirSync(join(apt, 'archives'))
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(apt, 'archives', name));
}

function unpack(packages, folder) {
  for (const file of packages) {
    const { status, stderr: complaint } = spawnSync('dpkg-deb', ['--extract', file, folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(complaint);
  }
  rmSync(join(folder, 'apt'), { recursive: true });
}

/** Puts a script in the place of each program, which starts it with the libraries that came with it. */
function startThroughLoader(made, target, major) {
  const libraries = ['lib', join('usr', 'lib')].flatMap((parent) =>
    (existsSync(join(made, parent)) ? readdirSync(join(made, parent)) : [])
      .filter((name) => name.endsWith('-linux-gnu'))
      .map((name) => join(parent, name)),
  );
  const loader = libraries
    .flatMap((folder) => readdirSync(join(made, folder)).map((name) => join(folder, name)))
    .find((path) => /\/ld-linux-[^/]*\.so\.\d+$/.test(path));
  if (loader === undefined) throw new Error(`no loader came with PostgreSQL ${major}`);
  const installation = join('usr', 'lib', 'postgresql', String(major));
  // Without its compiler, which was left out, the server would fail where it finds this half of it.
  rmSync(join(made, installation, 'lib', 'llvmjit.so'), { force: true });
  renameSync(join(made, installation, 'bin'), join(made, installation, 'programs'));
  mkdirSync(join(made, installation, 'bin'));
  const path = libraries.map((folder) => join(target, folder)).join(':');
  for (const program of readdirSync(join(made, installation, 'programs'))) {
    // PostgreSQL finds its other programs and files from the name that it was called by.
    const started = `--argv0 '${join(target, installation, 'bin', program)}' '${join(target, installation, 'programs', program)}'`;
    const script = `#!/bin/sh\nexec '${join(target, loader)}' --library-path '${path}' ${started} "$@"\n`;
    writeFileSync(join(made, installation, 'bin', program), script, { mode: 0o755 });
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    for (const major of Object.keys(wanted)) console.log(postgresqlPrograms(Number(major)));
  } catch (error) {
    stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
