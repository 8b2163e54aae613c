import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { DrillConfig } from '../../../lib/domain/config/index.ts';
import { makeDrillStack } from '../../../lib/infra/drill-app.ts';
import { doors } from '../../../lib/infra/names/doors.ts';

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
