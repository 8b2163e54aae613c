import { join } from 'node:path';
import { openTunnel } from '../../../adapters/tunnel/open-tunnel.ts';
import { makeTunnelKey } from '../../../adapters/tunnel/tunnel-key.ts';
import type { TunnelLogin } from '../../../adapters/tunnel/tunnel-protocol.ts';
import { type HookName, tunnelPort } from '../../../contract/names.ts';
import type { DrillState, HooksWithin } from '../../../domain/drill/drill-state.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { RestoreTaskPlace } from '../../../domain/sandbox/rds/tasks.ts';
import { adminRole } from '../../../domain/text/own-objects.ts';
import type { HookTasks } from '../../../ports/hook-tasks.ts';
import { loggingInAs } from '../../../steps/hook-runs.ts';
import { reportedError } from '../../reported-error.ts';

interface BesideServer {
  drillId: string;
  attempt: number;
  /** Hooks that are to run, with their database. */
  hooks: DrillState['hooks'];
  place: RestoreTaskPlace | null;
  /** Of the server inside this task: its socket. */
  server: SandboxAddress;
  login(): TunnelLogin;
  tasks(): HookTasks;
  /** Address of this task, in its VPC. */
  ownAddress(): Promise<string>;
  signal: AbortSignal;
}

/** The hooks of an attempt whose server runs inside this task, one after the other. */
export interface HooksBesideServer {
  /** Runs one to its end; however it ends is kept. Does nothing where there is none. @throws when `signal` is aborted */
  run(name: HookName): Promise<void>;
  /** What they came to; null: there was none. */
  ended(): HooksWithin | null;
}

/**
 * A hook is a task of its own, beside whose container one of ours listens and tunnels to here. The tunnel is open while its
 * hook runs, for the address of its task alone; without a hook nothing listens.
 */
export function hooksBesideServer(beside: BesideServer): HooksBesideServer {
  const { hooks, signal } = beside;
  const runs = { ...hooks };
  const outcomes: HooksWithin['outcomes'] = {};
  return {
    async run(name) {
      if (runs[name] === null) return;
      outcomes[name] = await outcomeOf(name).catch((error: unknown) => {
        signal.throwIfAborted();
        const { name: failure, message } = reportedError(error);
        return { Error: failure, Cause: message };
      });
    },
    ended: () => (hooks.migrate === null && hooks.smokeTest === null ? null : { runs, outcomes }),
  };

  async function outcomeOf(name: HookName): Promise<unknown> {
    const planned = runs[name];
    const { server, place, drillId, attempt } = beside;
    if (planned === null || place === null) return null;
    const login = beside.login();
    const run = loggingInAs(planned, login.role);
    runs[name] = run;
    const host = await beside.ownAddress();
    const tunnel = await openTunnel({
      ...{ host, port: tunnelPort, login, key: makeTunnelKey() },
      socketPath: join(server.host, `.s.PGSQL.${server.port}`),
      refusedRole: adminRole,
    });
    try {
      const { publicKey } = tunnel;
      const request = { drillId, attempt, name, run, place, tunnel: { host, publicKey } };
      return await beside.tasks().run({ ...request, onAddress: (address) => tunnel.admit(address) }, signal);
    } finally {
      // A hook that was stopped for its time reaches the server no more, although its container may live for two minutes.
      await tunnel.close();
    }
  }
}
