// A generated stream through the whole loader, for its memory: npm run bench:restore-10gb
import { runBundled } from './bundled.mjs';

await runBundled('restore-10gb', ['restore-stream-once'], process.argv.slice(2));
