// What a package has beside the command line, made by `npm pack`: the construct in cdk/ with its types and with
// everything that it deploys, built; and the licences of what was bundled.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { layParts } from '../lib/infra/app/clone-parts.ts';
import { commandLine } from './bundling.mjs';
import { commitOf } from './commit.mjs';
import { renderLicences } from './licences.ts';
import { writeDeclarations } from './public-types.ts';

const outdir = 'cdk';

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir);
// One implementation, in CommonJS as the CDK's own is: beside a second one there would be two classes of each name.
const construct = await build({
  entryPoints: ['lib/cdk/index.ts'],
  outfile: join(outdir, 'index.cjs'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['aws-cdk-lib', 'constructs'],
  define: {
    'import.meta.url': '__importMetaUrl',
    'process.env.RESTORE_DRILL_COMMIT': JSON.stringify(commitOf()),
  },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  metafile: true,
  logLevel: 'warning',
});
writeFileSync(join(outdir, 'index.js'), "export { RestoreDrill } from './index.cjs';\n");
writeDeclarations('lib/cdk', ['index', 'restore-drill', 'drills-file'], outdir);
const functions = layParts(join(outdir, 'prebuilt'));
const cli = await build({ ...commandLine, outdir: 'dist', metafile: true, write: false });
writeFileSync(
  'THIRD-PARTY-LICENSES.txt',
  renderLicences([
    ...Object.keys(construct.metafile.inputs),
    ...Object.keys(cli.metafile.inputs),
    ...functions.flatMap(({ packages }) => packages.map((folder) => `${folder}/`)),
  ]),
);
