import { createLocalSandboxHost } from '../../../../lib/adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { OwnerOptions, OwnerReport } from './sandbox-fixture.ts';

// Makes a sandbox, reports it in one line, and then does nothing until it is ended.
async function main(): Promise<void> {
  const options: OwnerOptions = JSON.parse(process.argv[2] ?? '');
  const host = createLocalSandboxHost(options);
  const { drillId, majorVersion, leaseExpiresAt } = options;
  const plan = {
    kind: 'local-process' as const,
    drillId,
    majorVersion,
    leaseExpiresAt,
    database: 'cleaning',
    storageBytes: 1_000_000,
    dumpBytes: 100_000,
    mode: 'drill' as const,
  };
  const { sandboxId } = await host.provision(plan);
  let look = await host.look(sandboxId);
  while (look.state === 'pending') {
    await new Promise((resume) => setTimeout(resume, 10));
    look = await host.look(sandboxId);
  }
  const connection = look.state === 'ready' ? await host.connection(look.address, 'postgres') : {};
  if (options.release === true) await host.release(sandboxId);
  const report: OwnerReport = { look, connection, uid: process.getuid?.() ?? -1 };
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.stdin.resume();
}

void main();
