import { chmod, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EvidenceEntry, readEvidence } from '../../contract/evidence-entry.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { visibleJson } from '../../domain/text/visible-text.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import { privateFolderMode, systemErrorCode, writeFileAtomically } from '../files/atomic-file.ts';
import { safeFileName } from '../files/safe-file-name.ts';

/** Drill ids are unique without regard to case, so their capitals stay and a person finds the folder of a drill. */
const plainDrillId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/**
 * Keeps the evidence in `<root>/<drillId>/`, which only its owner may enter.
 */
export function createEvidenceFolder(root: string): EvidenceStore & { folderOf(drillId: string): string } {
  const folderOf = (drillId: string) =>
    join(root, plainDrillId.test(drillId) ? drillId : safeFileName(drillId));

  async function put(drillId: string, name: string, text: string): Promise<void> {
    const folder = folderOf(drillId);
    try {
      await mkdir(folder, { recursive: true, mode: privateFolderMode });
      // mkdir leaves an existing folder's mode alone.
      await chmod(folder, privateFolderMode);
      await writeFileAtomically(join(folder, name), text);
    } catch (error) {
      throw new DrillError(
        'EVIDENCE_UNWRITABLE',
        `cannot write ${name} to ${folder}: ${systemErrorCode(error) ?? error}`,
        {
          hint: `Make ${root} writable for this user and see that its disk has free space, or choose another folder with \`--state-dir\`.`,
          cause: error,
        },
      );
    }
  }

  async function textOf(drillId: string, name: string): Promise<{ path: string; text: string | null }> {
    const path = join(folderOf(drillId), name);
    try {
      return { path, text: await readFile(path, 'utf8') };
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return { path, text: null };
      throw new DrillError('INTERNAL_ERROR', `cannot read ${path}: ${systemErrorCode(error) ?? error}`, {
        hint: 'Nothing but restore-drill may change the evidence of a running drill; start the drill again.',
        fault: 'service',
        cause: error,
      });
    }
  }

  async function find<Document>(entry: EvidenceEntry<Document>, drillId: string): Promise<Document | null> {
    const { path, text } = await textOf(drillId, safeFileName(entry.file));
    return text === null ? null : readEvidence(entry, text, path);
  }

  return {
    folderOf,
    write: (entry, drillId, document) =>
      put(drillId, safeFileName(entry.file), `${visibleJson(entry.format(document), 1)}\n`),
    writeReport: (file, drillId, text) => put(drillId, file, text),
    findReport: async (file, drillId) => (await textOf(drillId, file)).text,
    find,
    async read(entry, drillId) {
      const document = await find(entry, drillId);
      if (document !== null) return document;
      throw new DrillError('INTERNAL_ERROR', `there is no ${entry.file} in ${folderOf(drillId)}`, {
        hint: 'A step asked for what an earlier step should have written; please report it with the record.',
        fault: 'us',
      });
    },
  };
}
