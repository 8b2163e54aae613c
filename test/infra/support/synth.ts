import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { DrillConfig } from '../../../lib/domain/config/index.ts';
import { optionsOf, watchedStack } from '../../../lib/infra/app/drill-app.ts';
import { rdsCertificates } from '../../../lib/infra/bundles/rds-certificates.ts';
import { DrillSystem } from '../../../lib/infra/drill-system.ts';
import { doors } from '../../../lib/infra/names/doors.ts';
import { runbookOfVersion, version } from '../../../lib/infra/release.ts';
import type { ImageTarget, Processor } from '../../../lib/infra/tasks/processors.ts';

/** Context of cdk.json, so that tests synthesize with the flags of the real command. */
export const cdkContext = (
  JSON.parse(readFileSync('cdk.json', 'utf8')) as { context: Record<string, unknown> }
).context;

/** A folder per door whose code is never run: what the stack makes of it does not depend on its content. */
export function emptyBundles(): Record<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), 'restore-drill-infra-'));
  return Object.fromEntries(
    doors.map((door) => {
      const folder = join(outdir, door);
      mkdirSync(folder);
      writeFileSync(join(folder, 'index.mjs'), `export const handler = () => '${door}';`);
      return [door, folder];
    }),
  );
}

/** The stack of the clone's app, from what is laid out already. */
export function makeDrillStack(
  app: App,
  parts: {
    config: DrillConfig;
    bundles: Record<string, string>;
    restoreImageOn(processor: Processor, target?: ImageTarget): ecs.ContainerImage;
  },
): Stack {
  const stack = watchedStack(app, parts.config.aws?.stackName);
  const { processor = 'arm64', approvalConcurrency = null, runbook = runbookOfVersion } = optionsOf(app);
  new DrillSystem(stack, 'Default', {
    ...{ ...parts, processor, approvalConcurrency, runbook, version },
    certifiedRegions: rdsCertificates().regions,
  });
  return stack;
}

export interface TemplateJson {
  Resources: Record<
    string,
    {
      Type: string;
      Properties: Record<string, unknown>;
      DeletionPolicy?: string;
      Metadata?: Record<string, unknown>;
    }
  >;
  Rules?: Record<string, unknown>;
  Outputs: Record<string, { Value: unknown }>;
}

export interface Synthesized {
  template: Template;
  json: TemplateJson;
}

/** Synthesizes with every validation on, also the CDK's own, which the app leaves to CloudFormation. @throws Error when one of them reports an error */
export function synthesize(
  config: DrillConfig,
  context: Record<string, unknown> = {},
  restoreImage = 'example.invalid/restore-drill:test',
): Synthesized {
  const { stack } = assemble(config, context, restoreImage);
  const template = Template.fromStack(stack);
  return { template, json: template.toJSON() as TemplateJson };
}

interface TemplateFile {
  text: string;
  json: TemplateJson;
}

/** The files that CloudFormation is given: the stack's own, and those of the stacks in it. */
export function synthesizeFiles(config: DrillConfig): { stack: TemplateFile; nested: TemplateFile[] } {
  const { directory, stack } = assemble(config, {}, 'example.invalid/restore-drill:test');
  const fileOf = (name: string): TemplateFile => {
    const text = readFileSync(join(directory, name), 'utf8');
    return { text, json: JSON.parse(text) as TemplateJson };
  };
  const names = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  return {
    stack: fileOf(stack.templateFile),
    nested: names.filter((name) => name !== stack.templateFile).map(fileOf),
  };
}

function assemble(config: DrillConfig, context: Record<string, unknown>, restoreImage: string) {
  const app = new App({ context: { ...cdkContext, ...context } });
  const stack = makeDrillStack(app, {
    config,
    bundles: emptyBundles(),
    restoreImageOn: () => ecs.ContainerImage.fromRegistry(restoreImage),
  });
  return { stack, directory: app.synth().directory };
}
