// Many small things against psql: npm run bench:many
import { runBundled } from './bundled.mjs';

await runBundled('many', ['restore-once'], process.argv.slice(2));
