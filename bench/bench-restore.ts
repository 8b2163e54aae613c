/** What benches ask of our restorer, and how they get into their server. */
import { parseArgs } from 'node:util';
import { bareHeader, type SelectedDump } from '../lib/domain/backup/dump.ts';
import type { SandboxAddress } from '../lib/domain/sandbox/address.ts';
import type { RestoreOptions } from '../lib/ports/recovery.ts';
import type { SandboxAccess } from '../lib/ports/sandbox-access.ts';
import { someOptions } from '../test/support/restore-request.ts';

/** Into a server that trusts whoever comes. */
export const access: SandboxAccess = {
  connection: async ({ host, port, masterRole: user }, database) => ({ host, port, user, database }),
};

/** A dump of which nothing is known before it is read, which is all that a restore needs. */
export const anUnreadDump = (known: Pick<SelectedDump, 'key'> & Partial<SelectedDump>): SelectedDump => ({
  directory: false,
  sizeBytes: 0,
  uploadedAt: new Date(0).toISOString(),
  nameTimestamp: null,
  nameTimestampEnd: null,
  expectedSha256: null,
  header: bareHeader({ layout: 'plain', wrappings: [], archiveVersion: null }),
  ...known,
});

/** Where to restore to and what by, as a bench says it on the command line of the process that it measures. */
export function askedOnCommandLine(): { sandbox: SandboxAddress; options: RestoreOptions; dump: string } {
  const text = { type: 'string', default: '' } as const;
  const { values } = parseArgs({
    options: { socket: text, port: text, role: text, dump: text, connections: text },
  });
  return {
    sandbox: {
      sandboxId: 'bench',
      host: values.socket,
      port: Number(values.port),
      masterRole: values.role,
      serverVersion: '',
    },
    options: someOptions({ connections: Number(values.connections) }),
    dump: values.dump,
  };
}

/** What this process has used so far: resourceUsage gives microseconds and KiB. */
export function used(): { cpuSeconds: number; peakMebibytes: number } {
  const usage = process.resourceUsage();
  return {
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
    peakMebibytes: usage.maxRSS / 1024,
  };
}
