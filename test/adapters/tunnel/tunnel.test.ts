import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect as plainly, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenTunnel, openTunnel } from '../../../lib/adapters/tunnel/open-tunnel.ts';
import { makeTunnelKey } from '../../../lib/adapters/tunnel/tunnel-key.ts';
import { tunnelTls } from '../../../lib/adapters/tunnel/tunnel-protocol.ts';
import { askLogin, listenBeforeTunnel, type TunnelEnd } from '../../../lib/adapters/tunnel/use-tunnel.ts';

const host = '127.0.0.1';
const login = { role: 'master', password: 'of the master' };
const folders: string[] = [];
/** Stands for the server: says back what it hears. */
let server: Server;
let heard: Buffer[];
let tunnel: OpenTunnel;
let end: TunnelEnd;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'restore-drill-tunnel-'));
  folders.push(folder);
  const socketPath = join(folder, '.s.PGSQL.5432');
  heard = [];
  server = createServer((socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes);
      socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const key = makeTunnelKey();
  tunnel = await openTunnel({ host, port: 0, key, socketPath, login, refusedRole: 'drill_admin' });
  end = { host, port: tunnel.port, publicKey: tunnel.publicKey };
});
afterEach(async () => {
  await tunnel.close();
  server.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function startup(...parameters: string[]): Buffer {
  const words = Buffer.from(`${parameters.map((word) => `${word}\0`).join('')}\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(words.length + 8, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, words]);
}
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Says it to the near end and gives what comes back until `bytes` are there or the connection ends. */
async function say(port: number, said: Buffer, bytes: number): Promise<Buffer> {
  const socket = plainly(port, host);
  socket.on('error', () => socket.destroy());
  socket.write(said);
  let answer = Buffer.alloc(0);
  for await (const piece of socket) {
    answer = Buffer.concat([answer, piece as Buffer]);
    if (answer.length >= bytes) break;
  }
  socket.destroy();
  return answer;
}

describe('a tunnel', () => {
  test('tells whom it admits who logs in, and passes their sessions on as they are', async () => {
    tunnel.admit(host);
    const near = await listenBeforeTunnel(end, { host, port: 0 });
    const session = Buffer.concat([startup('user', 'master', 'database', 'shop'), Buffer.alloc(300_000, 7)]);

    expect(await askLogin(end)).toEqual(login);
    expect((await say(near.port, session, session.length)).equals(session)).toBe(true);
    await near.close();
  });

  test('answers itself that a session needs no encryption of its own', async () => {
    tunnel.admit(host);
    const near = await listenBeforeTunnel(end, { host, port: 0 });
    const message = startup('user', 'master');

    const answer = await say(near.port, Buffer.concat([sslRequest, message]), 1 + message.length);

    expect(answer.toString('latin1', 0, 1)).toBe('N');
    expect(Buffer.concat(heard).equals(message)).toBe(true);
    await near.close();
  });

  test.each([
    ['alone', ['user', 'drill_admin']],
    ['before another', ['user', 'drill_admin', 'user', 'master']],
    ['behind another', ['database', 'user', 'user', 'master', 'user', 'drill_admin']],
  ])('lets nobody in as the role that needs no password, named %s', async (_, words) => {
    tunnel.admit(host);
    const near = await listenBeforeTunnel(end, { host, port: 0 });

    const answer = await say(near.port, startup(...words), Number.POSITIVE_INFINITY);

    expect(answer.toString()).toContain('C28000');
    expect(heard).toEqual([]);
    await near.close();
  });

  test.each([
    ['is not of PostgreSQL', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['is of a protocol that no server speaks any more', Buffer.from([0, 0, 0, 9, 0, 2, 0, 0, 0])],
  ])('passes nothing on that %s', async (_, said) => {
    tunnel.admit(host);
    const near = await listenBeforeTunnel(end, { host, port: 0 });

    expect(await say(near.port, said, Number.POSITIVE_INFINITY)).toHaveLength(0);
    expect(heard).toEqual([]);
    await near.close();
  });

  test('answers no address that was not admitted, though it knows everything that is told', async () => {
    tunnel.admit('127.0.0.2');

    await expect(askLogin(end)).rejects.toThrow();
    const near = await listenBeforeTunnel(end, { host, port: 0 });
    expect(await say(near.port, startup('user', 'master'), Number.POSITIVE_INFINITY)).toHaveLength(0);
    expect(heard).toEqual([]);
    await near.close();
  });

  test('is not believed by whoever was told of another key', async () => {
    tunnel.admit(host);

    await expect(askLogin({ ...end, publicKey: makeTunnelKey().publicKey })).rejects.toThrow();
    await expect(askLogin({ ...end, publicKey: 'no key' })).rejects.toThrow();
  });

  test('takes nobody who names no key, or another than it holds', async () => {
    tunnel.admit(host);
    const as = (identity: string) =>
      new Promise<string>((resolve) => {
        const pskCallback = () => ({ psk: Buffer.alloc(32), identity });
        const socket = connect({ ...tunnelTls, host, port: tunnel.port, pskCallback });
        socket.once('secureConnect', () => resolve('let in'));
        socket.once('error', () => resolve('refused'));
      });

    expect(await as('nobody')).toBe('refused');
    expect(await as(makeTunnelKey().publicKey)).toBe('refused');
  });

  test('lets nobody read along', async () => {
    tunnel.admit(host);
    const wire: Buffer[] = [];
    const between = createServer((socket) => {
      const onwards = plainly(tunnel.port, host);
      for (const [from, to] of [[socket, onwards] as const, [onwards, socket] as const]) {
        from.on('data', (bytes: Buffer) => {
          wire.push(bytes);
          to.write(bytes);
        });
        from.on('end', () => to.end());
        from.on('error', () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => between.listen(0, host, resolve));
    const { port } = between.address() as { port: number };

    expect(await askLogin({ ...end, port })).toEqual(login);
    expect(Buffer.concat(wire).includes(login.password)).toBe(false);
    between.close();
  });

  test('ends what goes through it when it is closed, and answers no more', async () => {
    tunnel.admit(host);
    const near = await listenBeforeTunnel(end, { host, port: 0 });
    const socket = plainly(near.port, host);
    socket.on('error', () => socket.destroy());
    socket.write(startup('user', 'master'));
    await new Promise((resolve) => socket.once('data', resolve));

    const ended = buffer(socket);
    await tunnel.close();

    await ended.catch(() => undefined);
    expect(socket.closed || socket.readableEnded).toBe(true);
    await expect(askLogin(end)).rejects.toThrow();
    await near.close();
  });
});
