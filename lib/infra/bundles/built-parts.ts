import { join } from 'node:path';

/**
 * A folder of everything that is deployed and must be built before: it travels in the package, and a clone fills one
 * from its sources (app/clone-parts.ts). What belongs to a deployment and not to the code – drills.yaml, certificates – is
 * laid beside it at each synth (lay-out.ts).
 */
export const builtParts = (folder: string) => ({
  /** The functions (packed-functions.ts). */
  functions: join(folder, 'functions.json.br'),
  /** PostgreSQL's own parser, WebAssembly, so that it runs on every processor. */
  parser: join(folder, parserFile),
  /** Docker build context of the restore image, but for the parser and the certificates. */
  image: join(folder, 'image'),
});

/** Where the bundled part of libpg-query looks for its code: beside itself. */
export const parserFile = 'libpg-query.wasm';
