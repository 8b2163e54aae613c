import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import { aFailedRecord, aFinding, aRecordedDump } from './records.ts';

/** Everything that could break out of a line, a cell, an element or a terminal, with a plain word at either end. */
export const hostileName =
  'begin\u0000\u001b[2J\u001b]0;title\u0007\r\n| a | `b` <script>alert(1)</script> & "q" \'s\' ]]> --> ' +
  '[x](http://evil.example) ![i](y) **bold** __init__ # h \\ ~~s~~ $m$ www.evil.example \u202Edlrow\u2028\u200B\uD800\uFFFEend';

/** A record in which every text that can come from a dump, a config or a server is hostile. */
export function aHostileRecord(overrides: Partial<DrillRecord> = {}): DrillRecord {
  const name = hostileName;
  return aFailedRecord({
    drillId: name,
    database: name,
    operator: name,
    dump: aRecordedDump({
      key: name,
      location: name,
      format: name,
      serverVersion: name,
      dumpVersion: name,
      sha256: name,
      versionId: name,
    }),
    attempts: [
      { key: name, verdict: 'NOT_PROVEN', findingCodes: [name] },
      { key: name, verdict: 'PROVEN', findingCodes: [] },
    ],
    provenDump: name,
    findings: [
      aFinding('FK_ORPHANS', name, { hint: name, check: name }),
      aFinding('TABLE_MISSING', `no ${name}`, { hint: name }),
      aFinding('CHECKSUM_ABSENT', name),
    ],
    checks: [
      { name, kind: name, status: 'failed', durationMs: 1 },
      { name: `two ${name}`, kind: name, status: 'could not run', durationMs: 1 },
    ],
    tables: [{ database: name, schema: name, name, rows: 1 }],
    restore: {
      engine: 'native',
      connections: 1,
      serverVersion: name,
      entriesRestored: 1,
      entriesChanged: 0,
      entriesSkipped: 1,
      entriesFailed: 0,
      exceptions: [{ database: name, type: name, name, status: name, reason: name }],
      rowsLoaded: 1,
      bytesRead: 1,
    },
    phases: [{ name, startedAt: '2026-03-01T03:00:00.000Z', seconds: 1, bytes: 1, rows: 1 }],
    notTested: [name],
    teardown: { confirmed: false, detail: name },
    software: { version: name, node: name },
    ...overrides,
  });
}

/** Characters that may stand in no terminal output but as written by us: all controls except the line end. */
export const unsafeOnTerminal = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
