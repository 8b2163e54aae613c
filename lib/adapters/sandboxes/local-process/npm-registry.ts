import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where packages of a scope come from, and what to say to be let in. */
export interface NpmRegistry {
  /** Ends with a slash. */
  url: string;
  /** Value of the Authorization header, or null. Sent to this registry's host only. */
  authorization: string | null;
}

/** The surroundings that npm reads its configuration from; a parameter so that tests need no real home directory. */
export interface NpmSurroundings {
  env: NodeJS.ProcessEnv;
  /** `.npmrc` files, the most specific first; absent ones are passed over. */
  npmrcFiles: string[];
}

const defaultRegistry = 'https://registry.npmjs.org/';

/**
 * The registry that npm is configured to use for `@scope` packages, read without starting npm (which costs 200 ms).
 * Order as in npm: environment, then `.npmrc` of the folder, then of the user; a scope's registry goes before the general one.
 */
export function npmRegistry(
  scope: string,
  surroundings: NpmSurroundings = processSurroundings(),
): NpmRegistry {
  const settings = readSettings(surroundings);
  const configured = settings.get(`${scope}:registry`) ?? settings.get('registry') ?? defaultRegistry;
  const url = configured.endsWith('/') ? configured : `${configured}/`;
  // npm stores credentials under the registry's address without its protocol: `//host/path/:_authToken=…`.
  const nerf = url.replace(/^[a-z]+:/i, '');
  const token = settings.get(`${nerf}:_authToken`);
  const basic = settings.get(`${nerf}:_auth`);
  const authorization =
    token !== undefined ? `Bearer ${token}` : basic !== undefined ? `Basic ${basic}` : null;
  return { url, authorization };
}

function processSurroundings(): NpmSurroundings {
  const user = process.env.npm_config_userconfig ?? join(homedir(), '.npmrc');
  return { env: process.env, npmrcFiles: [join(process.cwd(), '.npmrc'), user] };
}

function readSettings({ env, npmrcFiles }: NpmSurroundings): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    const key = /^npm_config_(.+)$/i.exec(name)?.[1];
    if (key !== undefined && value) settings.set(key.startsWith('//') ? key : key.toLowerCase(), value);
  }
  for (const file of npmrcFiles) {
    for (const [key, value] of parseNpmrc(readIfPresent(file), env)) {
      if (!settings.has(key)) settings.set(key, value);
    }
  }
  return settings;
}

function* parseNpmrc(text: string, env: NodeJS.ProcessEnv): Generator<[string, string]> {
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^\s*([^;#=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    const unquoted = value.replace(/^(["'])(.*)\1$/, '$2');
    yield [key, unquoted.replace(/\$\{([^}]+)\}/g, (whole, name: string) => env[name] ?? whole)];
  }
}

function readIfPresent(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
