/** The order in which pg_restore restores the entries of an archive: RestoreArchive of pg_backup_archiver.c. */
import { largeObjectOids } from './large-object-entries.ts';
import type { TocEntry, TocSection } from './table-of-contents.ts';

export type EffectiveSection = Exclude<TocSection, 'none'>;

export interface OrderedEntry {
  toc: TocEntry;
  section: EffectiveSection;
}

/** Entries by when they come, seen from a stream: data blocks are in the middle, in whatever order they arrive. */
export interface RestoreOrder {
  /** ENCODING, STDSTRINGS, SEARCHPATH: settings, not objects. */
  special: TocEntry[];
  beforeData: OrderedEntry[];
  /** With a data block or file. */
  data: OrderedEntry[];
  afterData: OrderedEntry[];
}

const specialTypes = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH']);

export function restoreOrder(entries: TocEntry[]): RestoreOrder {
  const order: RestoreOrder = { special: [], beforeData: [], data: [], afterData: [] };
  const passes: Record<RestorePass, OrderedEntry[]> = { main: [], acl: [], 'post-acl': [] };
  let section: EffectiveSection = 'pre-data';
  for (const toc of entries) {
    if (toc.section !== 'none') section = toc.section;
    if (specialTypes.has(toc.type)) order.special.push(toc);
    else if (toc.hadDumper) order.data.push({ toc, section });
    else passes[restorePass(toc)].push({ toc, section });
  }
  const neededByData = new Set(order.data.flatMap(({ toc }) => toc.dependencies));
  const postData: OrderedEntry[] = [];
  for (const entry of passes.main) {
    if (entry.section === 'pre-data' || comesBeforeData(entry.toc, neededByData))
      order.beforeData.push(entry);
    else (entry.section === 'data' ? order.afterData : postData).push(entry);
  }
  order.afterData.push(...postData, ...passes.acl, ...passes['post-acl']);
  return order;
}

/** Large objects are created by entries of the data section, and must be there when their contents arrive. */
function comesBeforeData(toc: TocEntry, neededByData: Set<number>): boolean {
  return neededByData.has(toc.id) || largeObjectOids(toc).length > 0;
}

type RestorePass = 'main' | 'acl' | 'post-acl';

/** _tocEntryRestorePass, with the rule of PostgreSQL 18 for statistics of indexes and materialized views. */
function restorePass(toc: TocEntry): RestorePass {
  if (toc.type === 'ACL' || toc.type === 'ACL LANGUAGE' || toc.type === 'DEFAULT ACL') return 'acl';
  if (toc.type === 'EVENT TRIGGER' || toc.type === 'MATERIALIZED VIEW DATA') return 'post-acl';
  if (toc.type === 'COMMENT' && toc.tag.startsWith('EVENT TRIGGER ')) return 'post-acl';
  if (toc.type === 'STATISTICS DATA' && toc.section === 'post-data') return 'post-acl';
  return 'main';
}
