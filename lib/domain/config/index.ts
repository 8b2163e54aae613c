/**
 * drills.yaml: its schema, its parser and the types the rest of the program trusts. Parts live in config/, one per
 * section of the file.
 */
export type { AwsConfig } from './account.ts';
export type { CommandsConfig, CommandVariable } from './backup-commands.ts';
export {
  type DatabaseConfig,
  defaultDatabaseConfig,
  type HookConfig,
  type ProductionConfig,
  type RolesConfig,
} from './database.ts';
export { renderConfigJsonSchema } from './json-schema.ts';
export { notifyOf } from './notified.ts';
export {
  type NotifyConfig,
  type NotifyTargetKind,
  nobodyToNotify,
  notifySecrets,
  type Occasion,
} from './notify.ts';
export { type DrillConfig, formatProblem, parseConfig } from './parse-config.ts';
export type { RecoverTo } from './recover-to.ts';
export { connectionsOf, entryTimeoutOf } from './restore.ts';
export type { ScheduleConfig } from './schedule.ts';
export type { SecretPlaces } from './secret-places.ts';
export { noKeys, type S3SourceConfig, type SourceConfig } from './source.ts';
