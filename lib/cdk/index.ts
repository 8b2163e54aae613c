/**
 * The package's CDK construct: `import { RestoreDrill } from 'restore-drill/cdk'`. Whatever is named here is kept from
 * one minor version to the next; everything else in the package is not.
 */
export type { Database, DrillsFile } from './drills-file.ts';
export { RestoreDrill, type RestoreDrillProps } from './restore-drill.ts';
