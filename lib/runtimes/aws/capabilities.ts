import type { Capabilities } from '../../ports/drill-ports.ts';

/** Drills in AWS can do everything. */
export const capabilities: Capabilities = { realRestore: true, rolePasswords: true };
