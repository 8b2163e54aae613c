/** Where the sandbox answers. Travels in state: no secret in it. */
export interface SandboxAddress {
  sandboxId: string;
  host: string;
  port: number;
  masterRole: string;
  /** Full version of the server, e.g. `15.18`. */
  serverVersion: string;
  /** Secrets Manager secret with the master's password (a managed instance only): its name, never its value. */
  secretArn?: string;
}
