import { askLogin, listenBeforeTunnel, type TunnelEnd } from '../../../adapters/tunnel/use-tunnel.ts';
import { hookLoopback } from '../../../contract/names.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { HookAddress } from './hook-credentials.ts';

/** How a hook reaches its server. */
interface HookAccess {
  address: HookAddress;
  password(): Promise<string>;
}

/** The restore task looks every five seconds where our task is, and admits it then; Fargate waits for us at most two minutes. */
const patienceSeconds = 90;

/**
 * Tunnels to a server inside a restore task: listens on the loopback that the hook shares, until the process ends.
 *
 * @param local where it listens; tests take another port
 * @throws Error when the restore task did not admit us in time
 */
export async function tunnelledAccess(
  end: TunnelEnd,
  clock: Clock,
  signal: AbortSignal,
  local: { host: string; port: number } = hookLoopback,
): Promise<HookAccess> {
  const { role, password } = await admittedLogin(end, clock, signal);
  const { port } = await listenBeforeTunnel(end, local);
  return { address: { host: local.host, port, masterRole: role }, password: async () => password };
}

async function admittedLogin(end: TunnelEnd, clock: Clock, signal: AbortSignal) {
  const until = clock.now().getTime() + patienceSeconds * 1000;
  for (;;) {
    try {
      return await askLogin(end);
    } catch (error) {
      if (clock.now().getTime() > until) throw error;
      await clock.sleep(1, signal);
    }
  }
}
