// The restore bench against psql and pg_restore: npm run bench:restore
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBundled } from './bundled.mjs';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..');
await runBundled('restore', 'restore-once', ['--repository', repository, ...process.argv.slice(2)]);
