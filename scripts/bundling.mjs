import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

// How the command line becomes a few files: for the build, and for benches that measure what users run.
// They carry WASM or native files beside their code, or are needed by few commands only: clients of AWS are loaded when
// a command first asks for one.
const besideTheBundle = [
  'libpg-query',
  'lz4-napi',
  'xz-decompress',
  'xxhash-wasm',
  '@aws-sdk/*',
  'pg-native',
  'pg-cloudflare',
];

// The interpreter of the state machine can call real Lambdas. Ours never does – every task has a local handler – so
// the client (10 MB of source, a quarter of a second to load) stays out, and calling it would fail loudly.
// So does what validates its definition, a third of its code: the tests do that.
const withoutIdleParts = {
  name: 'without-idle-parts',
  setup({ onResolve, onLoad }) {
    // Our own `doctor --rehearse` has the client beside the bundle like every other.
    onResolve({ filter: /^@aws-sdk\/(client-lambda|credential-provider)/ }, ({ path, importer }) =>
      importer.includes('/node_modules/') ? { path, namespace: 'left-out' } : undefined,
    );
    onResolve({ filter: /^asl-validator$/ }, ({ path }) => ({ path, namespace: 'left-out' }));
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `const refuse = () => { throw new Error('${path} is not part of restore-drill'); };
export class LambdaClient { constructor() { refuse(); } }
export class InvokeCommand { constructor() { refuse(); } }
export const fromCognitoIdentityPool = refuse;
export default refuse;`,
    }));
  },
};

// A CommonJS package that every drill loads: an import of it would first read through its text for what it exports, and load what
// reads it, 13 of 32 ms.
const requiredBesideTheBundle = {
  name: 'required-beside-the-bundle',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^libpg-query$/ }, ({ path, namespace }) =>
      namespace === 'required' ? { path, external: true } : { path, namespace: 'required' },
    );
    onLoad({ filter: /.*/, namespace: 'required' }, ({ path }) => ({
      contents: `export const { ${Object.keys(load(path)).join(', ')} } = require('${path}');`,
    }));
  },
};

/** Options of esbuild. */
export const asTheProduct = {
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: besideTheBundle,
  plugins: [withoutIdleParts, requiredBesideTheBundle],
  // CommonJS dependencies call require for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

/** The same, with the command line to build. */
export const commandLine = { ...asTheProduct, entryPoints: { 'restore-drill': 'bin/restore-drill.ts' } };
