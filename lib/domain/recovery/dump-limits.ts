/** How much of a dump is held or unpacked, where drills.yaml does not say. */

/** Real values beyond it come in COPY, whose rows are not held. */
export const defaultMaxStatementBytes = 32 * 1024 ** 2;

/** gzip unpacks to 1,032 times at most; zstd to 32,000 times, but rows that differ at all stay below 1,000. */
export const defaultMaxRatio = 10_000;
