/**
 * drills.yaml: its schema, its parser and the types the rest of the program trusts. Parts live in config/, one per
 * section of the file.
 */
export type { AwsConfig } from './config/account.ts';
export {
  type CompanionConfig,
  connectionsOf,
  type DatabaseConfig,
  defaultDatabaseConfig,
  type HookConfig,
  type HooksConfig,
  type ObjectivesConfig,
  type ProductionConfig,
  type RestoreConfig,
  type RolesConfig,
  type SandboxConfig,
} from './config/database.ts';
export { renderConfigJsonSchema } from './config/json-schema.ts';
export { type DrillConfig, formatProblem, type ParsedConfig, parseConfig } from './config/parse-config.ts';
export type { ConfigProblem } from './config/problem-location.ts';
export type { ScheduleConfig } from './config/schedule.ts';
export { normalisePrefix, type S3SourceConfig, type SourceConfig } from './config/source.ts';
