import { isOfTheDump } from '../../domain/findings/dump-damage.ts';
import type { Finding } from '../../domain/findings/findings.ts';
import { finding } from '../../domain/findings/findings.ts';
import type { DumpReader } from '../../ports/recovery.ts';
import { defaultReadingLimits } from '../streams/bytes/reading-limits.ts';
import { dumpSourceOf } from './dump-source.ts';
import { openDump } from './reading/open-dump.ts';

/**
 * Reads dumps with the reader of a restore and without a server: every byte is decompressed, every row counted, the
 * announced end awaited. What only a server can refuse it does not see.
 */
export function createDumpReader(): DumpReader {
  return {
    async read({ dump, store, options, signal }) {
      const { passphrase, privateKey, member, maxStatementBytes, maxRatio } = options;
      const opened = await openDump(dumpSourceOf(store, dump, signal), {
        ...{ passphrase, privateKey: privateKey ?? null, member: member ?? null, signal },
        limits: { ...defaultReadingLimits, statementBytes: maxStatementBytes, ratio: maxRatio },
      });
      const close = (): void => opened.close();
      signal.addEventListener('abort', close, { once: true });
      const findings: Finding[] = [];
      let rows = 0;
      let complete = false;
      try {
        for await (const event of opened.reader) {
          if (event.kind === 'rows' || event.kind === 'row-piece') rows += event.rows;
          else if (event.kind === 'finding') findings.push(event.finding);
          else if (event.kind === 'end') complete = event.complete;
        }
      } catch (error) {
        if (!isOfTheDump(error) || signal.aborted) throw error;
        findings.push(finding(error.code, error.message, error.hint));
      }
      try {
        return { complete, sha256: await opened.sha256(), bytesRead: opened.bytesRead(), rows, findings };
      } finally {
        signal.removeEventListener('abort', close);
        opened.close();
      }
    },
  };
}
