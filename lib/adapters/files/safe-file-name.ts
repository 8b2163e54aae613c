import { createHash } from 'node:crypto';

/**
 * A file name for any text. Names may come from a dump or a config (a check on a table `../../x`, two databases that
 * differ in case only), so anything but a plain lower-case name gets a hash of the whole and nothing that leads elsewhere.
 */
export function safeFileName(text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(text)) return text;
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '');
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  const extension = /\.[a-z]{1,5}$/.exec(readable)?.[0] ?? '';
  return `${readable.slice(0, readable.length - extension.length).slice(0, 60)}-${hash}${extension}`;
}
