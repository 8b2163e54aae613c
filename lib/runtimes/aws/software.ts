import { version as packageVersion } from '../version.ts';

/** What ran, for the record. The bundler writes the version in place of the variable. */
export const software = {
  version: process.env.RESTORE_DRILL_VERSION ?? packageVersion,
  node: process.version,
};
