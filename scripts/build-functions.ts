// Bundles the functions and writes what they became as JSON to standard output (lib/infra/app/clone-parts.ts).
import { buildFunctions } from '../lib/infra/app/build-functions.ts';

process.stdout.write(JSON.stringify(await buildFunctions()));
