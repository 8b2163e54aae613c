/** Where the restore task runs; made by "Prepare restore". Local runs fill it with nothing. */
export interface RestoreTaskPlace {
  taskDefinition: string;
  subnets: string[];
  securityGroups: string[];
  assignPublicIp: 'ENABLED' | 'DISABLED';
  /** Size of the task, for its price; absent on one machine. */
  vcpu?: number;
  memoryGib?: number;
}

/** A container of the user's that is to run, or ran, against the sandbox. */
export interface HookRun {
  taskDefinition: string;
  /** Environment that the machine passes to both containers, as ECS takes it. No secret. */
  environment: { Name: string; Value: string }[];
  timeoutSeconds: number;
}
