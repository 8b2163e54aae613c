import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type App, Validations } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { defaultStackName } from '../contract/names.ts';
import type { DrillConfig } from '../domain/config/index.ts';
import { DrillError } from '../domain/findings/errors.ts';
import { bundleLambdas } from './bundles/lambda-bundles.ts';
import { type RdsCertificates, rdsCertificates } from './bundles/rds-certificates.ts';
import { bundleRestoreImage } from './bundles/restore-image.ts';
import { readDeployableConfig } from './config/deployable-config.ts';
import { deploymentSummary } from './config/deployment-summary.ts';
import { DrillStack } from './drill-stack.ts';
import { type ImageTarget, type Processor, processors, restoreImages } from './tasks/processors.ts';

/** What one run of the app deploys. */
interface DrillAppParts {
  config: DrillConfig;
  /** Door → folder of its bundle. */
  bundles: Record<string, string>;
  /** Image of containers/restore for a processor. */
  restoreImageOn(processor: Processor, target?: ImageTarget): ecs.ContainerImage;
}

/**
 * Switches on the command line, e.g. `npx cdk deploy -c config=prod.yaml`:
 * `config` path of drills.yaml · `restoreImage` and `sandboxImage` URIs of ready images, for those without Docker · `restoreArch` processor of
 * the restore task, `arm64` unless it is `x86_64` · `runbook` where alarms say the runbook is · `approvalConcurrency` invocations reserved for the links of approvals, a whole number; nothing is
 * reserved by default, because new accounts refuse it (docs/facts.md#reserved-concurrency-in-new-accounts) ·
 * `rdsCertificates` path of AWS's bundle for a region whose certificates do not travel with this version.
 */
function contextOf(app: App, name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? undefined : String(value);
}

/**
 * Reads drills.yaml, bundles the functions and makes the stack; says what it will do.
 *
 * @param root folder of this repository
 * @throws DrillError CONFIG_INVALID with every problem of drills.yaml
 */
export async function makeDrillApp(app: App, root: string): Promise<{ stack: DrillStack; summary: string }> {
  const config = await readDeployableConfig(
    resolve(root, contextOf(app, 'config') ?? 'drills.yaml'),
    contextOf(app, 'sandboxImage') ?? null,
  );
  const outdir = mkdtempSync(join(tmpdir(), 'restore-drill-synth-'));
  // Assets are copied into the assembly as constructs are made.
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  const certificates = certificatesOf(app);
  // The files serve every processor; only the image around them differs.
  let bundled: string | null = null;
  const context = (): string => (bundled ??= bundleRestoreImage(join(outdir, 'image'), certificates));
  const stack = makeDrillStack(app, {
    config,
    bundles: bundleLambdas(join(outdir, 'lambdas'), config, certificates),
    restoreImageOn: restoreImages(
      {
        restore: contextOf(app, 'restoreImage') ?? null,
        sandbox: contextOf(app, 'sandboxImage') ?? null,
      },
      context,
    ),
  });
  return { stack, summary: deploymentSummary(config) };
}

/** The stack with cdk-nag watching over it. */
export function makeDrillStack(app: App, parts: DrillAppParts): DrillStack {
  const manifest = readManifest();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const stackName = parts.config.aws?.stackName ?? defaultStackName;
  return new DrillStack(app, stackName, {
    ...parts,
    stackName,
    version: manifest.version,
    processor: processorOf(contextOf(app, 'restoreArch')),
    certifiedRegions: certificatesOf(app).regions,
    approvalConcurrency: reservedConcurrency(contextOf(app, 'approvalConcurrency')),
    runbook: contextOf(app, 'runbook') ?? runbookOf(manifest),
  });
}

const certificatesOf = (app: App): RdsCertificates =>
  rdsCertificates(contextOf(app, 'rdsCertificates') ?? null);

/** @throws DrillError CONFIG_INVALID for a processor that no task runs on */
function processorOf(written: string | undefined): Processor {
  if (written === undefined) return 'arm64';
  const known = processors.find((one) => one === written);
  if (known !== undefined) return known;
  throw new DrillError('CONFIG_INVALID', `restoreArch is "${written}"`, {
    hint: `Give -c restoreArch=${processors.join(' or -c restoreArch=')}.`,
  });
}

/** @throws DrillError CONFIG_INVALID for what is neither `none` nor a whole number from 1 */
function reservedConcurrency(written: string | undefined): number | null {
  if (written === undefined || written === 'none') return null;
  if (/^[1-9]\d{0,3}$/.test(written)) return Number(written);
  throw new DrillError('CONFIG_INVALID', `approvalConcurrency is "${written}"`, {
    hint: 'Give `-c approvalConcurrency=2`, or leave it out to reserve nothing.',
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
