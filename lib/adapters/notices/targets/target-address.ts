import { NotDelivered } from '../../../ports/not-delivered.ts';

const hostsOfThisMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The address of a target, from a secret: https, or http to this machine. `{database}` in it becomes the database's name.
 *
 * @param what for messages, which never show the address itself
 * @throws NotDelivered
 */
export function targetAddress(secret: string, what: string, database: string): URL {
  const text = secret.trim().replaceAll('{database}', encodeURIComponent(database.toLowerCase()));
  if (!URL.canParse(text)) throw new NotDelivered(`the ${what} is not a URL`);
  const url = new URL(text);
  const isHere = hostsOfThisMachine.has(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
    throw new NotDelivered(`the ${what} is not an https URL`);
  if (url.username !== '' || url.password !== '')
    throw new NotDelivered(`the ${what} carries a user name or password`);
  return url;
}

/** `/fail` below the address, before its query. */
export function below(url: URL, name: string): URL {
  const lower = new URL(url);
  lower.pathname = `${url.pathname.replace(/\/+$/, '')}/${name}`;
  return lower;
}
