// When the first COPY of a restore begins, beside pg_restore and psql: npm run bench:first-copy
import { runBundled } from './bundled.mjs';

await runBundled('first-copy', ['restore-once'], process.argv.slice(2));
