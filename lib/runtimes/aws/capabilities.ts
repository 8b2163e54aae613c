import type { Capabilities } from '../../ports/drill-ports.ts';

/** Drills in AWS can do everything; whether AWS Backup is told, drills.yaml says to the door that takes requests. */
export const capabilities: Capabilities = { realRestore: true, rolePasswords: true, backupValidation: false };
