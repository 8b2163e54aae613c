import type { DumpObject } from '../../domain/backup/dump.ts';
import type { DumpStore, ListRange } from '../../ports/dump-store.ts';

/** Several places as one, each below a prefix of its own: base backups in one folder, WAL in another. */
export function joinedStore(
  location: string,
  parts: readonly { prefix: string; store: DumpStore }[],
): DumpStore {
  const partOf = (key: string) => parts.find(({ prefix }) => key.startsWith(prefix));
  const named = (prefix: string, object: DumpObject): DumpObject => ({ ...object, key: prefix + object.key });
  return {
    location,
    async *list(range) {
      for (const { prefix, store } of parts)
        if (mayHold(prefix, range))
          for await (const object of store.list(rangeWithin(prefix, range))) yield named(prefix, object);
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

const mayHold = (prefix: string, { beginning }: ListRange = { beginning: '', after: null }): boolean =>
  prefix.startsWith(beginning) || beginning.startsWith(prefix);

/** What of a range lies in a part, in the part's own keys; none: all of it. */
const rangeWithin = (prefix: string, range?: ListRange): ListRange | undefined =>
  range !== undefined && range.beginning.length > prefix.length
    ? { beginning: range.beginning.slice(prefix.length), after: null }
    : undefined;
