/** How much of a dump is held or unpacked; what goes beyond is named and not restored. */
export interface ReadingLimits {
  /** Longest statement, rows of COPY not counted: it is held whole, about three times over on its way to the server. */
  statementBytes: number;
  /** Content that one stored byte may unpack to, once there are 4 GiB of it. */
  ratio: number;
}

/**
 * Real values beyond 32 MiB come in COPY, which is not held. gzip unpacks to 1,032 times at most; zstd to 32,000 times, but rows
 * that differ at all stay below 1,000.
 */
export const defaultReadingLimits: ReadingLimits = { statementBytes: 32 * 1024 ** 2, ratio: 10_000 };

/** Less content than this is no bomb, however small the file. */
const harmlessBytes = 4 * 1024 ** 3;

/** @throws nothing @returns what is wrong, in words; null when nothing is */
export function unpacksTooFar(
  contentBytes: number,
  storedBytes: number,
  { ratio }: ReadingLimits,
): string | null {
  if (contentBytes <= harmlessBytes || contentBytes <= storedBytes * ratio) return null;
  return `${storedBytes} stored bytes hold more than ${contentBytes} bytes, over ${ratio} times as much`;
}
