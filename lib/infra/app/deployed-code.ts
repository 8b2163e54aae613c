import type { BuildOptions } from 'esbuild';
import manifest from '../../../package.json' with { type: 'json' };

/** How all code that is deployed is bundled: functions and the image of the restore task. */
export const asDeployed = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The SDK's ES modules are trimmed to the commands in use; its CommonJS ones would be taken whole.
  mainFields: ['module', 'main'],
  external: ['pg-native', 'pg-cloudflare'],
  define: { 'process.env.RESTORE_DRILL_VERSION': JSON.stringify(manifest.version) },
  // CommonJS dependencies call require for Node's own modules, and the parser looks for its code beside itself.
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
  },
  // Names of inputs stand in comments and in the names of parts: the same wherever node_modules is a link to.
  preserveSymlinks: true,
  logLevel: 'error',
} satisfies BuildOptions;

/** lz4-napi is a library of one processor, and what reads its blocks without. */
export const withoutNativeCode = { 'lz4-napi': './lib/infra/bundles/stand-ins/lz4-block.ts' };
