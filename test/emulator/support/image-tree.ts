import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { asRootOfContainer } from '../../support/container-capabilities.ts';
import { installation } from './emulator.ts';
import { environmentOf, type Instruction, readRecipe, stageOf, textOf, wordsOf } from './recipe.ts';

/** What had to be done otherwise than the recipe says, one sentence each. */
export type Substitution = string;

export interface ImageTree {
  root: string;
  recipe: Instruction[];
  substitutions: Substitution[];
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Why the recipe cannot be carried out on this machine; null: it can. */
export function treeObstacle(): string | null {
  if (process.getuid?.() !== 0) return 'only root can unpack a system and enter it';
  for (const tool of ['mmdebstrap', 'chroot', 'unshare'])
    if (spawnSync('which', [tool]).status !== 0) return `${tool} is not installed`;
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0)
    return 'this machine allows no mount namespaces';
  return null;
}

export interface TreeOptions {
  /** The recipe. @default `Dockerfile` of the context */
  recipe?: string;
  /** Stage of the recipe. @default the last */
  target?: string;
  /** Values of the recipe's ARG in place of its own. */
  buildArguments?: Record<string, string>;
  /** Why they differ. */
  substitutions?: Substitution[];
}

/**
 * Carries out the recipe of an image in an unpacked Debian, without an engine: every RUN in the tree as root, every COPY
 * from the build context, or from a stage that is carried out beside it.
 *
 * @param context of the build, e.g. what `bundleRestoreImage` filled
 */
export function buildTree(context: string, directory: string, options: TreeOptions = {}): ImageTree {
  const file = options.recipe ?? join(context, 'Dockerfile');
  const recipe = stageOf(readRecipe(readFileSync(file, 'utf8')), options.target);
  const root = join(directory, 'root');
  const substitutions: Substitution[] = [...(options.substitutions ?? [])];
  const given = { ...environmentOf(recipe, 'ARG'), ...options.buildArguments };
  const stages = new Map<string, ImageTree>();
  const sourceOf = (text: string): string => {
    const [, stage] = /^--from=(\S+)/.exec(text) ?? [];
    if (stage === undefined) return context;
    const known = stages.get(stage);
    if (known !== undefined) return known.root;
    const beside = join(directory, `stage-${stage}`);
    mkdirSync(beside);
    const built = buildTree(context, beside, { ...options, target: stage });
    stages.set(stage, built);
    substitutions.push(...built.substitutions.map((one) => `${stage}: ${one}`));
    return built.root;
  };
  for (const { name, text } of recipe) {
    if (name === 'FROM') unpackBase(root, text, substitutions);
    else if (name === 'RUN') runInside(root, text, { ...given, ...authoritiesOfThisMachine });
    else if (name === 'COPY') copy(sourceOf(text), root, text);
    else if (
      !['ENV', 'WORKDIR', 'USER', 'VOLUME', 'ENTRYPOINT', 'LABEL', 'HEALTHCHECK', 'ARG'].includes(name)
    )
      throw new Error(`nothing here knows the instruction ${name}`);
  }
  for (const stage of stages.values()) removeTree(stage);
  return { root, recipe, substitutions };
}

/** `node:24.21.0-trixie-slim@sha256:…`: Debian of that name from its mirror, and that Node.js. */
function unpackBase(root: string, image: string, substitutions: Substitution[]): void {
  const [, version, suite] = /^node:([\d.]+)-(\w+)-slim@sha256:[0-9a-f]{64}$/.exec(image) ?? [];
  if (version === undefined || suite === undefined)
    throw new Error(`the base is not a Node.js on slim Debian that is pinned by digest: ${image}`);
  const { node } = installation();
  const installed = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  if (installed !== `v${version}`) throw new Error(`the base has Node.js ${version}, here is ${installed}`);
  execFileSync(
    'mmdebstrap',
    ['--mode=root', '--variant=minbase', suite, root, 'http://deb.debian.org/debian'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  cpSync(node, join(root, 'usr/local/bin/node'));
  installNpm(root);
  if (existsSync(authorities)) cpSync(authorities, join(root, authoritiesInside));
  substitutions.push(
    `FROM: Debian ${suite} from its mirror, Node.js ${version} from npm and the npm of this machine instead of the image; its certificate authorities beside`,
  );
}

/** Whoever this machine trusts: its way to npm may be through a proxy with an authority of its own. */
const authorities = '/etc/ssl/certs/ca-certificates.crt';
/** Where they are in a tree, for NODE_EXTRA_CA_CERTS. */
export const authoritiesInside = '/usr/local/share/authorities-of-the-machine.crt';
const authoritiesOfThisMachine = { NODE_EXTRA_CA_CERTS: authoritiesInside };

function installNpm(root: string): void {
  const modules = execFileSync('npm', ['root', '--global'], { encoding: 'utf8' }).trim();
  cpSync(join(modules, 'npm'), join(root, 'usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
}

/** As root, with the tree's own /proc. */
export function runInside(root: string, command: string, environment: Record<string, string> = {}): void {
  cpSync('/etc/resolv.conf', join(root, 'etc/resolv.conf'));
  const script = `mount -t proc proc ${root}/proc && DEBIAN_FRONTEND=noninteractive exec chroot ${root} /bin/sh -ec '${command.replaceAll("'", `'\\''`)}'`;
  execFileSync('unshare', ['--mount', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: path, ...environment },
    maxBuffer: 16 * 1024 * 1024,
  });
}

function copy(context: string, root: string, text: string): void {
  const [source = '', target = ''] = text.split(' ').filter((word) => !word.startsWith('--'));
  cpSync(join(context, source), join(root, target), { recursive: true, verbatimSymlinks: true });
}

/** How a program is started in the tree as Fargate would start the container. */
export interface ContainerRun {
  words: string[];
  environment: Record<string, string>;
  /** Files and folders of this machine that shall be seen inside: outside → inside. */
  files?: Record<string, string>;
  /** Whose rights it has, `10001:10001`. @default the recipe's */
  user?: string;
}

/**
 * The command that enters the tree: as the recipe's user with the rights of a container, with a read-only root and its
 * volumes empty and writable, whose owner and mode are those that the image has there.
 * The process keeps its id, so that signals reach it.
 */
export function enterCommand(
  { root, recipe }: ImageTree,
  run: ContainerRun,
): { program: string; words: string[]; env: Record<string, string> } {
  const files = Object.entries(run.files ?? {});
  const shared = new Set(files.map(([, inside]) => inside));
  const volumes = wordsOf(recipe, 'VOLUME').filter((volume) => !shared.has(volume));
  const owner = run.user ?? textOf(recipe, 'USER');
  for (const [outside, inside] of files) makePlace(join(root, inside), outside);
  const steps = [
    `mount --bind ${root} ${root}`,
    `mount -t proc proc ${root}/proc`,
    `mount --bind /dev ${root}/dev`,
    ...files.map(([outside, inside]) => `mount --bind ${outside} ${root}${inside}`),
    ...volumes.map((volume) => {
      const { uid, gid, mode } = statSync(join(root, volume));
      return `mount -t tmpfs -o uid=${uid},gid=${gid},mode=${(mode & 0o7777).toString(8)} tmpfs ${root}${volume}`;
    }),
    `mount -o remount,ro,bind ${root}`,
    `cd ${root}`,
    // WORKDIR is entered by the program that is started: chroot begins at the root.
    `exec ${asRootOfContainer.join(' ')} chroot --userspec=${owner} --groups= ${root} "$@"`,
  ];
  const words = ['--mount', 'sh', '-ec', steps.join(' && '), 'enter', ...run.words];
  return { program: 'unshare', words, env: { PATH: path, ...environmentOf(recipe), ...run.environment } };
}

/** Something to mount over. */
function makePlace(inside: string, outside: string): void {
  if (existsSync(inside)) return;
  if (statSync(outside).isDirectory()) mkdirSync(inside, { recursive: true });
  else writeFileSync(inside, '');
}

export function removeTree({ root }: ImageTree): void {
  rmSync(root, { recursive: true, force: true });
}
