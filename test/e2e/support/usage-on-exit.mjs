// Preloaded by NODE_OPTIONS into every process of ours: each writes the most memory that it had itself, children not counted.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.on('exit', () => {
  const folder = process.env.USAGE_FOLDER;
  if (folder === undefined) return;
  writeFileSync(join(folder, String(process.pid)), String(mostKilobytes() * 1024));
});

/** Linux counts into maxRSS what the process had that started this one (exec_mmap of fs/exec.c), and into VmHWM it does not. */
function mostKilobytes() {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}
