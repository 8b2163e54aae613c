import type { BuildOptions } from 'esbuild';

/** Options of esbuild for whatever shall be what users run. */
export const asTheProduct: BuildOptions;
/** The same, with the command line to build. */
export const commandLine: BuildOptions;
