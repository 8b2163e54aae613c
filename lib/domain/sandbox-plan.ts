/** What the sandbox shall be, decided before anything is made. */
export interface SandboxPlan {
  drillId: string;
  database: string;
  /** Major version of the server to make. */
  majorVersion: number;
  /** Disk the restored data may need, from the dump's size and layout. */
  storageBytes: number;
  /** The sandbox is removed by sweepers after this moment, ISO 8601. */
  leaseExpiresAt: string;
}
