import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { privateFileMode, syncFolder } from '../../files/atomic-file.ts';
import { decodeLine, encodeLine } from './ledger-lines.ts';

/** One write, so that no crash or lost lock can mix two records; then to disk before the drill calls itself sealed. */
export async function appendRecord(path: string, record: DrillRecord): Promise<void> {
  const line = readableLine(record);
  const file = await open(path, 'a+', privateFileMode);
  try {
    const bytes = Buffer.from((await endsInNewline(file)) ? line : `\n${line}`);
    const { bytesWritten } = await file.write(bytes);
    if (bytesWritten < bytes.length) throw Object.assign(new Error('disk full'), { code: 'ENOSPC' });
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

/** A line that this very release could not read again would be lost evidence: better a loud failure now. */
function readableLine(record: DrillRecord): string {
  const line = encodeLine(record);
  const decoded = decodeLine(Buffer.from(line.trimEnd()));
  if ('record' in decoded) return line;
  throw new DrillError(
    'INTERNAL_ERROR',
    `the record of drill ${record.drillId} is not whole: ${decoded.damage}`,
    {
      hint: 'Please report it; `--json` still prints the record.',
      fault: 'us',
    },
  );
}

async function endsInNewline(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return true;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}
