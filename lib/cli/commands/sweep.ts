import { localSandboxes } from '../../local/local-ports.ts';
import { placesFor } from '../../local/places.ts';
import type { Leftover } from '../../ports/sandbox.ts';

/** `restore-drill sweep`: removes what interrupted drills left behind, and nothing of a drill that runs. */
export async function sweep(options: {
  dryRun?: boolean;
  drill?: string;
  stateDir?: string;
}): Promise<number> {
  const sandboxes = localSandboxes(placesFor(options), () => {});
  if (options.drill !== undefined) {
    await sandboxes.remove(sandboxes.sandboxIdFor(options.drill));
    process.stdout.write(`removed: the sandbox of drill ${options.drill}\n`);
    return 0;
  }
  const dryRun = options.dryRun === true;
  const { removed, kept } = await sandboxes.sweep({ dryRun });
  for (const leftover of removed)
    process.stdout.write(`${dryRun ? 'would remove' : 'removed'}: ${described(leftover)}\n`);
  for (const leftover of kept) process.stdout.write(`kept: ${described(leftover)}\n`);
  if (removed.length + kept.length === 0) process.stdout.write('nothing was left behind\n');
  return 0;
}

const described = ({ what, drillId, leaseExpiresAt }: Leftover): string =>
  `${what} (drill ${drillId}, lease until ${leaseExpiresAt})`;
