import type { DumpStore } from '../../ports/dump-store.ts';

/** The same place, of which only some objects are listed. */
export function narrowedStore(store: DumpStore, isListed: (key: string) => boolean): DumpStore {
  return {
    ...store,
    async *list(range) {
      for await (const object of store.list(range)) if (isListed(object.key)) yield object;
    },
  };
}
