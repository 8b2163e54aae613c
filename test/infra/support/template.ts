import type { TemplateJson } from './synth.ts';

/** Properties of every resource of a type. */
export function resourcesOf<Properties>(json: TemplateJson, type: string): Properties[] {
  return Object.values(json.Resources)
    .filter((resource) => resource.Type === type)
    .map((resource) => resource.Properties as Properties);
}

/** The same, with logical ids. */
export function namedResourcesOf<Properties>(json: TemplateJson, type: string): [string, Properties][] {
  return Object.entries(json.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => [id, resource.Properties as Properties]);
}

export interface Alarm {
  AlarmName: string;
  AlarmDescription: string;
  AlarmActions: unknown[];
  OKActions: unknown[];
  Period?: number;
  EvaluationPeriods: number;
  Threshold: number;
  TreatMissingData: string;
  MetricName?: string;
  Namespace?: string;
  Dimensions?: { Name: string; Value: string }[];
  Metrics?: { MetricStat?: { Period: number; Metric: { MetricName: string } } }[];
  WarmUpConfiguration?: { WarmUpPeriodDurationInMinutes: number };
}

export interface LambdaFunction {
  FunctionName: string;
  Runtime: string;
  Architectures: string[];
  Timeout: number;
  MemorySize: number;
  ReservedConcurrentExecutions?: number;
  TracingConfig?: { Mode: unknown };
  LoggingConfig: { LogFormat: string; LogGroup: { Ref: string } };
  Environment: { Variables: Record<string, unknown> };
  VpcConfig?: { SubnetIds: { Ref: string }[] };
  Role: { 'Fn::GetAtt': [string, string] };
}

export interface Statement {
  Sid?: string;
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  NotResource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export interface Policy {
  PolicyDocument: { Statement: Statement[] };
  Roles?: { Ref: string }[];
}

export const actionsOf = ({ Action }: Statement): string[] => [Action].flat();
