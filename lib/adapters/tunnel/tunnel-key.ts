import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from 'node:crypto';

/** One end's half of the key of a tunnel. */
export interface TunnelKey {
  privateKey: KeyObject;
  /** Told to the other end; no secret. 43 characters. */
  publicKey: string;
}

export function makeTunnelKey(): TunnelKey {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' };
}

/**
 * The key that both ends reach, each from its own private half and the other's public one; no secret ever travels.
 *
 * @param listening public half of the end that listens
 * @param calling public half of the end that calls
 * @throws Error for a text that is no public half
 */
export function agreedKey(
  { privateKey, publicKey }: TunnelKey,
  { listening, calling }: { listening: string; calling: string },
): Buffer {
  const x = publicKey === listening ? calling : listening;
  const other = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
  const shared = diffieHellman({ privateKey, publicKey: other });
  return Buffer.from(hkdfSync('sha256', shared, listening + calling, 'restore-drill tunnel', 32));
}
