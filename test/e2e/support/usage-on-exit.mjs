// Preloaded by NODE_OPTIONS into every process of ours: each writes the most memory that it had itself, children not counted.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.on('exit', () => {
  const folder = process.env.USAGE_FOLDER;
  if (folder === undefined) return;
  const { maxRSS } = process.resourceUsage();
  writeFileSync(join(folder, String(process.pid)), String(maxRSS * 1024));
});
