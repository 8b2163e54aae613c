/** Why a base was not unpacked to its end: an outcome, not a surprise. */
import { isDrillError } from '../../../../domain/findings/errors.ts';
import type { FindingCode } from '../../../../domain/findings/findings.ts';

export type UnpackRefusalKind =
  /** It ends early: an upload that was cut, or a disk that was full. */
  | 'truncated'
  | 'damaged'
  /** A member that would lie or reach outside, or that no base backup holds. */
  | 'hostile'
  /** More bytes or files than it announces or than there is room for. */
  | 'too large'
  | 'unreadable'
  /** The disk here, not the backup. */
  | 'disk full';

export interface UnpackRefusal {
  kind: UnpackRefusalKind;
  /** Of the error that was met; null where reading met none. */
  code: FindingCode | null;
  /** Lower case, without a final stop; names files and never shows their content. */
  message: string;
}

/** Ends unpacking from within; never leaves this room. */
export class RefusedEntry extends Error {}

const kindOfCode: Partial<Record<FindingCode, UnpackRefusalKind>> = {
  DUMP_TRUNCATED: 'truncated',
  DUMP_CORRUPT: 'damaged',
  DECOMPRESSION_LIMIT: 'too large',
  COMPRESSION_UNKNOWN: 'unreadable',
  DUMP_UNREADABLE: 'unreadable',
};

/** Null for what is a surprise, which the caller throws on. */
export function refusalOf(error: unknown): UnpackRefusal | null {
  if (error instanceof RefusedEntry) return { kind: 'hostile', code: null, message: error.message };
  if (isDrillError(error)) {
    const kind = kindOfCode[error.code];
    return kind === undefined ? null : { kind, code: error.code, message: error.message };
  }
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return { kind: 'disk full', code: null, message: 'the disk is full' };
  return null;
}
