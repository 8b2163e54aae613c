/** Entry point of the restore image: `node main.mjs`, or `node main.mjs healthy` as a health check. */
import { credentialsReady, restoreTask } from '../../lib/runtimes/aws/restore-task/main.ts';

if (process.argv[2] === 'healthy') {
  process.exitCode = credentialsReady() ? 0 : 1;
} else {
  const interruption = new AbortController();
  // Process 1 of a container ignores signals that it does not handle.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => interruption.abort());
  // Work that did not let go must not keep the process alive after the report.
  process.exit(await restoreTask(process.env, interruption.signal));
}
