import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';
import * as z from 'zod';
import { agreedKey, makeTunnelKey } from './tunnel-key.ts';
import { join, purposes, type TunnelLogin, tunnelTls } from './tunnel-protocol.ts';

/** The listening end, as it told us. */
export interface TunnelEnd {
  host: string;
  port: number;
  /** Its public half: nobody else can answer in its place. */
  publicKey: string;
}

const keepAliveMs = 60_000;
const loginSchema = z.object({ role: z.string().min(1), password: z.string().min(1) });

/** Asks who logs in. @throws Error while we are not admitted, or when the other end is not whom we were told of */
export async function askLogin(end: TunnelEnd): Promise<TunnelLogin> {
  const socket = call(end, purposes.login);
  socket.setTimeout(10_000, () => socket.destroy(new Error('the other end of the tunnel says nothing')));
  return loginSchema.parse(JSON.parse(await text(socket)));
}

/**
 * Listens for programs that look for a server, and passes each connection on.
 *
 * @param local where; a port 0 takes a free one
 * @returns the port, and how it ends
 */
export async function listenBeforeTunnel(
  end: TunnelEnd,
  local: { host: string; port: number },
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.setKeepAlive(true, keepAliveMs);
    join(socket, call(end, purposes.session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(local.port, local.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** Every connection has a key of its own. */
function call({ host, port, publicKey }: TunnelEnd, purpose: string): TLSSocket {
  const key = makeTunnelKey();
  const calling = key.publicKey;
  const socket = connect({
    ...{ ...tunnelTls, host, port },
    ALPNProtocols: [purpose],
    pskCallback: () => ({ psk: agreedKey(key, { listening: publicKey, calling }), identity: calling }),
    // There is no certificate: the key is the identity.
    checkServerIdentity: () => undefined,
  });
  socket.setKeepAlive(true, keepAliveMs);
  return socket;
}
