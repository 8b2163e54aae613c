import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { readFirstMessage, refusal } from './startup-message.ts';
import { agreedKey, type TunnelKey } from './tunnel-key.ts';
import { join, purposes, type TunnelLogin, tunnelTls } from './tunnel-protocol.ts';

/** A session that says nothing is ended after this time. */
const startupSeconds = 60;
/** Networks forget connections that are silent for minutes. */
const keepAliveMs = 60_000;

interface OpenTunnelOptions {
  /** Where it listens. */
  host: string;
  port: number;
  key: TunnelKey;
  /** Where the server answers: its socket in the file system. */
  socketPath: string;
  /** Handed to whoever is admitted. */
  login: TunnelLogin;
  /** A role that the server lets in by who holds its socket – us – and not by a password. */
  refusedRole: string;
}

/** The listening end of a tunnel to a server that has nothing but a socket. */
export interface OpenTunnel {
  port: number;
  publicKey: string;
  /** From now on this address is answered; nobody is before. */
  admit(address: string): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Opens a tunnel to a server's socket: encrypted, answered by us alone and asked by whom was admitted alone. Whoever calls
 * names the public half of a key of its own; that we hold the private half of ours is what it proves by the handshake, and who
 * may call is told by its address, which a network of AWS lets nobody forge.
 *
 * @throws an error of the system when the port is taken
 */
export async function openTunnel(options: OpenTunnelOptions): Promise<OpenTunnel> {
  const { host, key } = options;
  const admitted = new Set<string>();
  const open = new Set<Socket>();
  const pskCallback = ({ remoteAddress = '' }: Socket, calling: string): Buffer | null => {
    if (!admitted.has(remoteAddress)) return null;
    try {
      return agreedKey(key, { listening: key.publicKey, calling });
    } catch {
      return null;
    }
  };
  const tls = { ...tunnelTls, ALPNProtocols: Object.values(purposes), pskCallback };
  const server = createServer(tls, (socket) => {
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol === purposes.login) socket.end(JSON.stringify(options.login));
    else startSession(socket, options);
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.setKeepAlive(true, keepAliveMs);
    socket.once('close', () => open.delete(socket));
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    publicKey: key.publicKey,
    admit: (address) => void admitted.add(address),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Passes a session on as soon as it is known whose it is. */
function startSession(socket: TLSSocket, { socketPath, refusedRole }: OpenTunnelOptions): void {
  let said = Buffer.alloc(0);
  const silence = setTimeout(() => socket.destroy(), startupSeconds * 1000).unref();
  socket.once('close', () => clearTimeout(silence));
  const onData = (bytes: Buffer) => {
    said = Buffer.concat([said, bytes]);
    let first = readFirstMessage(said);
    while (first.kind === 'encryption request') {
      // The tunnel is encrypted, and a socket never is.
      socket.write('N');
      said = said.subarray(first.bytes);
      first = readFirstMessage(said);
    }
    if (first.kind === 'incomplete') return;
    socket.off('data', onData);
    socket.pause();
    clearTimeout(silence);
    if (first.kind === 'unknown') return void socket.destroy();
    if (first.kind === 'startup' && first.roles.includes(refusedRole))
      return void socket.end(refusal(`role "${refusedRole}" is the drill's own`));
    const server = connect(socketPath);
    server.write(said);
    join(socket, server);
  };
  socket.on('data', onData);
}
