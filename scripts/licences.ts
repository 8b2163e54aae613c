import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licences of packages whose code was bundled, each with its text where the package has one: they ask that it travels
 * with the code.
 *
 * @param inputs paths of files that were bundled, e.g. `node_modules/zod/index.js`
 */
export function renderLicences(inputs: readonly string[]): string {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
  const packages = new Map(
    [...new Set(folders)].map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name: string;
        version: string;
        license?: string;
      };
      return [`${name} ${version}`, { folder, license }] as const;
    }),
  );
  const told = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([title, { folder, license }]) => `${title} (${license ?? 'see its text'})\n\n${textOf(folder)}`);
  const rule = `\n${'-'.repeat(80)}\n\n`;
  return ['This package contains code of the packages below, under their own licences.\n', ...told].join(
    rule,
  );
}

function textOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)\b/i.test(name));
  return file === undefined ? '' : `${readFileSync(join(folder, file), 'utf8').trimEnd()}\n`;
}
