import { createHmac } from 'node:crypto';
import { NotDelivered } from '../../../ports/not-delivered.ts';

const prefix = 'whsec_';
/** A shorter secret could be tried out. */
const leastSecretBytes = 24;

/**
 * Headers of a signed message by Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 over id, timestamp and
 * body, so that a message can neither be altered nor sent again later.
 *
 * @param id the same for the same message sent again
 */
export function signedHeaders(key: Buffer, id: string, sentAt: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/**
 * The key of a signing secret: `whsec_` and base64, or any text of 24 bytes or more.
 * @throws NotDelivered when it is none
 */
export function signingKey(secret: string): Buffer {
  const text = secret.trim();
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : null;
  if (encoded !== null && !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    throw new NotDelivered(`the signing secret begins with ${prefix}, and no base64 follows`);
  const key = encoded === null ? Buffer.from(text) : Buffer.from(encoded, 'base64');
  if (key.length >= leastSecretBytes) return key;
  throw new NotDelivered(
    `the signing secret has ${key.length} bytes, ${leastSecretBytes} are needed: make one with \`echo "${prefix}$(openssl rand -base64 32)"\``,
  );
}
