import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { defaultStackName } from '../contract/names.ts';
import type { DrillConfig } from '../domain/config/index.ts';
import { bundleLambdas } from './bundles/lambda-bundles.ts';
import { bundleRestoreImage } from './bundles/restore-image.ts';
import { readDeployableConfig } from './config/deployable-config.ts';
import { DrillStack } from './drill-stack.ts';

/** What one run of the app deploys. */
interface DrillAppParts {
  config: DrillConfig;
  /** Door → folder of its bundle. */
  bundles: Record<string, string>;
  restoreImage: ecs.ContainerImage;
}

/**
 * Switches on the command line, e.g. `npx cdk deploy -c config=prod.yaml`:
 * `config` path of drills.yaml · `restoreImage` URI of a ready image, for those without Docker · `runbook` where alarms
 * say the runbook is · `approvalConcurrency` invocations reserved for approvals; `none` for accounts that have only 10.
 */
function contextOf(app: App, name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? undefined : String(value);
}

/**
 * Reads drills.yaml, bundles the functions and makes the stack.
 *
 * @param root folder of this repository
 * @throws DrillError CONFIG_INVALID with every problem of drills.yaml
 */
export async function makeDrillApp(app: App, root: string): Promise<DrillStack> {
  const config = await readDeployableConfig(resolve(root, contextOf(app, 'config') ?? 'drills.yaml'));
  const outdir = mkdtempSync(join(tmpdir(), 'restore-drill-synth-'));
  // Assets are copied into the assembly as constructs are made.
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const uri = contextOf(app, 'restoreImage');
  return makeDrillStack(app, {
    config,
    bundles: bundleLambdas(join(outdir, 'lambdas'), config),
    restoreImage:
      uri === undefined
        ? ecs.ContainerImage.fromAsset(bundleRestoreImage(join(outdir, 'image')), {
            platform: Platform.LINUX_ARM64,
          })
        : ecs.ContainerImage.fromRegistry(uri),
  });
}

/** The stack with cdk-nag watching over it. */
export function makeDrillStack(app: App, parts: DrillAppParts): DrillStack {
  const concurrency = contextOf(app, 'approvalConcurrency') ?? '2';
  const manifest = readManifest();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stackName = parts.config.aws?.stackName ?? defaultStackName;
  return new DrillStack(app, stackName, {
    ...parts,
    stackName,
    version: manifest.version,
    approvalConcurrency: concurrency === 'none' ? null : Number(concurrency),
    runbook: contextOf(app, 'runbook') ?? runbookOf(manifest),
  });
}

interface Manifest {
  version: string;
  /** Address of the repository, `https://…`. */
  repository: string;
}

const readManifest = (): Manifest => JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** The page of the deployed version: what a newer one says may not be true of it. */
export const runbookOf = ({ repository, version }: Manifest): string =>
  `${repository}/blob/v${version}/docs/runbook.md`;
