// Bundles the functions and writes what they became as JSON to standard output (lib/infra/app/clone-parts.ts).
import { buildFunctions } from '../lib/infra/app/build-functions.ts';

// The bundler's collector of garbage takes a fifth of its processor time at the default, which is 100; the program inherits this.
process.env.GOGC ??= '400';
process.stdout.write(JSON.stringify(await buildFunctions()));
