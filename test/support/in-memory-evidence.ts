import type { EvidenceEntry } from '../../lib/contract/evidence-entry.ts';
import { readEvidence } from '../../lib/contract/evidence-entry.ts';
import type { EvidenceStore } from '../../lib/ports/evidence-store.ts';

/** Evidence in memory: kept as JSON text and read by its entry, as a real store does. */
export function inMemoryEvidence(): EvidenceStore & {
  /** The JSON of each document and report by `<drillId>/<file>`; tests lay in it what a store may hold. */
  kept: Map<string, string>;
} {
  const kept = new Map<string, string>();
  const find = async <Document>(entry: EvidenceEntry<Document>, drillId: string) => {
    const place = `${drillId}/${entry.file}`;
    const text = kept.get(place);
    return text === undefined ? null : readEvidence(entry, text, place);
  };
  return {
    kept,
    write: async (entry, drillId, document) =>
      void kept.set(`${drillId}/${entry.file}`, JSON.stringify(entry.format(document))),
    find,
    async read(entry, drillId) {
      const document = await find(entry, drillId);
      if (document === null) throw new Error(`no evidence ${entry.file}`);
      return document;
    },
    findReport: async (file, drillId) => kept.get(`${drillId}/${file}`) ?? null,
    writeReport: async (file, drillId, text) => void kept.set(`${drillId}/${file}`, text),
  };
}
