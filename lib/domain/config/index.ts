/**
 * drills.yaml: its schema, its parser and the types the rest of the program trusts. Parts live in config/, one per
 * section of the file.
 */
export type { AwsConfig } from './account.ts';
export {
  type CompanionConfig,
  type DatabaseConfig,
  defaultDatabaseConfig,
  type HookConfig,
  type HooksConfig,
  type ObjectivesConfig,
  type ProductionConfig,
  type RolesConfig,
  type SandboxConfig,
} from './database.ts';
export { renderConfigJsonSchema } from './json-schema.ts';
export { type DrillConfig, formatProblem, type ParsedConfig, parseConfig } from './parse-config.ts';
export type { ConfigProblem } from './problem-location.ts';
export { connectionsOf, entryTimeoutOf, type RestoreConfig } from './restore.ts';
export type { ScheduleConfig } from './schedule.ts';
export { normalisePrefix, type S3SourceConfig, type SourceConfig } from './source.ts';
