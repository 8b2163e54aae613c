import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * Lets the bundler leave out what an SDK client says of commands that nobody uses. Its schemas are arrays whose options
 * have computed keys, `{ [_xN]: _i }`; computing a key may run code for all that the bundler knows, so that it keeps every array that has
 * one: of EC2 half a megabyte, for one command. The keys are constants of the same file, and are written in here.
 */
export const leanSchemas: Plugin = {
  name: 'lean schemas',
  setup(build) {
    // A bundler asks for each bundle that it makes.
    const written = new Map<string, string>();
    build.onLoad({ filter: /@aws-sdk[\\/].*[\\/]schemas[\\/]schemas_\d+\.js$/ }, ({ path }) => {
      const contents = written.get(path) ?? withPlainKeys(readFileSync(path, 'utf8'));
      written.set(path, contents);
      return { contents, loader: 'js' };
    });
  },
};

/** The text of a module in which computed keys that name its constants are these constants. */
export function withPlainKeys(text: string): string {
  const constants = new Map(
    [...text.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, value]) => [name, value]),
  );
  return text.replace(/\[(\w+)\]:/g, (key, name: string) => {
    const value = constants.get(name);
    return value === undefined ? key : `[${value}]:`;
  });
}
