import type { Duplex } from 'node:stream';

/** What a connection through the tunnel is for, agreed in its handshake (ALPN): who logs in, and a session of PostgreSQL. */
export const purposes = { login: 'login', session: 'postgresql' } as const;

/** TLS by a key that both have, and a fresh one for each connection: no certificate is made, issued or checked. */
export const tunnelTls = {
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
  // Node.js offers keys of its user's for TLS 1.2 only.
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
} as const;

/** Who a hook logs in as. */
export interface TunnelLogin {
  role: string;
  password: string;
}

/** Passes everything on in both directions; both end when one does. */
export function join(one: Duplex, other: Duplex): void {
  passOn(one, other);
  passOn(other, one);
}

function passOn(from: Duplex, to: Duplex): void {
  from.on('error', () => from.destroy());
  // One that ended in order has been passed on to its end: what is still on its way arrives.
  from.once('close', () => (from.readableEnded ? to.end() : to.destroy()));
  from.pipe(to);
}
