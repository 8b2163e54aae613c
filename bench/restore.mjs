// The restore bench against psql, pg_restore and pgcopydb: npm run bench:restore
import { runBundled } from './bundled.mjs';

await runBundled('restore', ['restore-once', 'least-work-once'], process.argv.slice(2));
