// A recovery to the end of an archive against the same by hand, side by side: npm run bench:pitr
import { runBundled } from './bundled.mjs';

await runBundled('pitr', [], process.argv.slice(2));
