/** What an archive says about itself, in the words of the domain. */
import { isUtf8 } from 'node:buffer';
import type { DumpHeader, DumpLayout, Wrapping } from '../../../../domain/backup/dump.ts';
import type { ArchiveHeader } from './archive-header.ts';

/** `encoding` is null until the table of contents is read. */
export function dumpHeaderOf(
  header: ArchiveHeader,
  layout: DumpLayout,
  wrappings: Wrapping[],
  encoding: string | null,
): DumpHeader {
  return {
    format: { layout, wrappings, archiveVersion: `1.${header.minor}` },
    serverVersion: readable(header.serverVersion),
    dumpVersion: readable(header.dumpVersion),
    majorVersion: majorVersion(header.serverVersion),
    encoding,
    database: readable(header.database),
    consistencyPoint: header.createdAt,
  };
}

function majorVersion(serverVersion: string | null): number | null {
  const digits = /^\d{1,3}(?=\D|$)/.exec(serverVersion ?? '')?.[0];
  return digits === undefined ? null : Number(digits);
}

function readable(text: string | null): string | null {
  if (text === null) return null;
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : text;
}
