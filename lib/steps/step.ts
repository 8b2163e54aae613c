import { machineTimeoutSeconds } from '../machine/definition.ts';

/** Seconds after the start when a drill's lock, and the lease of a real restore, end: the machine's own limit. */
export const leaseSeconds = machineTimeoutSeconds;
