import { defaultMaxRatio, defaultMaxStatementBytes } from '../../../domain/recovery/dump-limits.ts';

/** How much of a dump is held or unpacked; what goes beyond is named and not restored. */
export interface ReadingLimits {
  /** Longest statement, rows of COPY not counted: it is held whole, about three times over on its way to the server. */
  statementBytes: number;
  /** Content that one stored byte may unpack to. */
  ratio: number;
  /** Less content than this is no bomb, however small the file. */
  harmlessBytes: number;
}

export const defaultReadingLimits: ReadingLimits = {
  statementBytes: defaultMaxStatementBytes,
  ratio: defaultMaxRatio,
  harmlessBytes: 4 * 1024 ** 3,
};

/** @returns what is wrong, in words; null when nothing is */
export function unpacksTooFar(
  contentBytes: number,
  storedBytes: number,
  { ratio, harmlessBytes }: ReadingLimits,
): string | null {
  if (contentBytes <= harmlessBytes || contentBytes <= storedBytes * ratio) return null;
  return `${storedBytes} stored bytes hold more than ${contentBytes} bytes, over ${ratio} times as much`;
}
