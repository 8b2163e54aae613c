import type { DumpObject } from '../../domain/backup/dump.ts';
import type { DumpStore } from '../../ports/dump-store.ts';

/** Several places as one, each below a prefix of its own: base backups in one folder, WAL in another. */
export function joinedStore(parts: readonly { prefix: string; store: DumpStore }[]): DumpStore {
  const partOf = (key: string) => parts.find(({ prefix }) => key.startsWith(prefix));
  const named = (prefix: string, object: DumpObject): DumpObject => ({ ...object, key: prefix + object.key });
  return {
    location: parts.map(({ store }) => store.location).join(' and '),
    async *list() {
      for (const { prefix, store } of parts)
        for await (const object of store.list()) yield named(prefix, object);
    },
    async stat(key) {
      const part = partOf(key);
      const object = (await part?.store.stat(key.slice(part.prefix.length))) ?? null;
      return part === undefined || object === null ? null : named(part.prefix, object);
    },
    open(key, options) {
      const part = partOf(key);
      if (part === undefined) throw new Error(`no part of the store holds ${key}`);
      return part.store.open(key.slice(part.prefix.length), options);
    },
  };
}
