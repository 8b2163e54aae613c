import manifest from '../../package.json' with { type: 'json' };

/** Version of this package. A bundler writes it in place. */
export const { version } = manifest;

/** Commit of these sources; who builds the package or the app of a clone says it. */
export const commit = (): string => process.env.RESTORE_DRILL_COMMIT ?? 'unknown';

/** The page of this version: what a newer one says may not be true of it. */
export const runbookOfVersion = `${manifest.homepage}/blob/v${version}/docs/runbook.md`;
