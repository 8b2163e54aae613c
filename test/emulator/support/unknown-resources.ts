import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Supplement } from './front.ts';

/**
 * Types that the emulator's CloudFormation refuses: flow logs, and security group rules that are resources of their
 * own. It has no network in which they could act; they are left out of what it is given, and of nothing else.
 */
export const unknownTypes: ReadonlySet<string> = new Set([
  'AWS::EC2::FlowLog',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
]);

interface Resource {
  Type: string;
  Properties?: { Metrics?: unknown };
  DependsOn?: string | string[];
}

interface Template {
  Resources: Record<string, Resource>;
}

/** Alarms over an expression of several metrics are the only others that it refuses. */
const isUnknown = ({ Type, Properties }: Resource): boolean =>
  unknownTypes.has(Type) || (Type === 'AWS::CloudWatch::Alarm' && Properties?.Metrics !== undefined);

/** The template without what the emulator does not know. */
export function withoutUnknown(template: Template): Template {
  const kept = Object.entries(template.Resources).filter(([, resource]) => !isUnknown(resource));
  const names = new Set(kept.map(([name]) => name));
  return {
    ...template,
    Resources: Object.fromEntries(
      kept.map(([name, { DependsOn, ...resource }]) => {
        const dependencies = [DependsOn ?? []].flat().filter((dependency) => names.has(dependency));
        return [name, dependencies.length === 0 ? resource : { ...resource, DependsOn: dependencies }];
      }),
    ),
  };
}

/** Edits the template where the CDK CLI has put it, before the emulator reads it from there. */
export function templateSupplements(s3: S3Client): Record<string, Supplement> {
  const edit: Supplement = async (input, forward) => {
    const { pathname } = new URL(String(input.TemplateURL));
    const [, Bucket = '', ...rest] = decodeURIComponent(pathname).split('/');
    const Key = rest.join('/');
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const template = JSON.parse((await Body?.transformToString()) ?? '{}') as Template;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(withoutUnknown(template)) }));
    return forward();
  };
  return Object.fromEntries(
    ['CreateStack', 'UpdateStack'].map((action) => {
      const supplement: Supplement = (input, forward) =>
        input.TemplateURL === undefined ? forward() : edit(input, forward);
      return [`cloudformation:${action}`, supplement];
    }),
  );
}
