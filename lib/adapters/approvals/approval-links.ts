import { createHmac, timingSafeEqual } from 'node:crypto';

export type Decision = 'approved' | 'declined';

/** Parameters of a signed link. The signature covers all the others. */
interface LinkQuery {
  drill: string;
  decision: Decision;
  /** Seconds since 1970. */
  expires: string;
  /** HMAC-SHA256 in base64url. */
  signature: string;
}

/** Signs `drillId|decision|expires` with the key of this approval, so that a link answers one question in one way. */
export function signLink(
  key: Uint8Array,
  link: { drillId: string; decision: Decision; expiresAtEpoch: number },
): LinkQuery {
  const expires = String(link.expiresAtEpoch);
  return {
    drill: link.drillId,
    decision: link.decision,
    expires,
    signature: signature(key, link.drillId, link.decision, expires).toString('base64url'),
  };
}

/** Compares in constant time, so that the time of an answer tells nothing of the right signature. */
export function isSignedBy(key: Uint8Array, query: LinkQuery): boolean {
  const expected = signature(key, query.drill, query.decision, query.expires);
  const given = Buffer.from(query.signature, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A link's query as a URL: `https://….lambda-url…/?drill=…&decision=approved&expires=…&signature=…`. */
export function linkUrl(baseUrl: string, { drill, decision, expires, signature }: LinkQuery): string {
  const query = new URLSearchParams({ drill, decision, expires, signature });
  return `${baseUrl.replace(/\/?$/, '/')}?${query}`;
}

/** Drill ids are names of executions, so `|` cannot stand in one; a query that holds it was not made by us. */
function signature(key: Uint8Array, drillId: string, decision: string, expires: string): Buffer {
  return createHmac('sha256', key).update(`${drillId}|${decision}|${expires}`).digest();
}
