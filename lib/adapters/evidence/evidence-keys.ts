import { createHash } from 'node:crypto';

/** Prefix of all evidence in the bucket; the rights of every role end at it. */
const evidencePrefix = 'drills/';

/**
 * Key of one piece of evidence: `drills/<drillId>/<name>`. Names may come from a configuration or a dump, so anything
 * but a plain name is replaced by a readable part and a hash of the whole: nothing leads elsewhere, no two collide.
 */
export function evidenceKey(drillId: string, name: string): string {
  return `${evidencePrefix}${plain(drillId)}/${plain(name)}`;
}

/** `account-1` becomes `account-1.json`. */
export const jsonName = (name: string): string => (name.endsWith('.json') ? name : `${name}.json`);

/** Characters that are safe in S3 keys, URLs and consoles. Keys tell capitals apart, so they stay. */
function plain(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text)) return text;
  const readable = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+/, '');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const extension = /\.[a-z]{1,5}$/.exec(readable)?.[0] ?? '';
  return `${readable.slice(0, readable.length - extension.length).slice(0, 60)}-${hash}${extension}`;
}
