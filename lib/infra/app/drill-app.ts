import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { RestoreDrill } from '../../cdk/restore-drill.ts';
import { defaultStackName } from '../../contract/names.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { readDeployableConfig } from '../config/deployable-config.ts';
import { partsContext } from '../laid-out.ts';
import { type Processor, processors } from '../tasks/processors.ts';
import { cloneParts } from './clone-parts.ts';

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
 * The app of this clone: builds the functions and makes the stack from drills.yaml.
 *
 * @throws DrillError CONFIG_INVALID with every problem of drills.yaml and of the switches
 */
export function makeDrillApp(app: App): RestoreDrill {
  const drills = contextOf(app, 'config') ?? 'drills.yaml';
  const options = optionsOf(app);
  // Read here as well, because it names the stack that the construct stands in.
  const { aws } = readDeployableConfig(drills, options.sandboxImage ?? null);
  app.node.setContext(partsContext, cloneParts());
  // Without a part of its own in logical ids: whoever has the stack keeps them.
  return new RestoreDrill(watchedStack(app, aws?.stackName), 'Default', { drills, ...options });
}

/** A stack with cdk-nag watching over it. */
export function watchedStack(app: App, stackName = defaultStackName): Stack {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return new Stack(app, stackName, {
    stackName,
    description: 'restore-drill: proves PostgreSQL backups by restoring them',
    suppressTemplateIndentation: true,
  });
}

/** @throws DrillError CONFIG_INVALID for a value that a switch cannot have */
export const optionsOf = (app: App) => ({
  processor: processorOf(contextOf(app, 'restoreArch')),
  restoreImage: contextOf(app, 'restoreImage'),
  sandboxImage: contextOf(app, 'sandboxImage'),
  runbook: contextOf(app, 'runbook'),
  approvalConcurrency: reservedConcurrency(contextOf(app, 'approvalConcurrency')),
  rdsCertificates: contextOf(app, 'rdsCertificates'),
});

/** @throws DrillError CONFIG_INVALID for a processor that no task runs on */
function processorOf(written: string | undefined): Processor | undefined {
  if (written === undefined) return undefined;
  const known = processors.find((one) => one === written);
  if (known !== undefined) return known;
  throw new DrillError('CONFIG_INVALID', `restoreArch is "${written}"`, {
    hint: `Give -c restoreArch=${processors.join(' or -c restoreArch=')}.`,
  });
}

/** @throws DrillError CONFIG_INVALID for what is neither `none` nor a whole number from 1 */
function reservedConcurrency(written: string | undefined): number | undefined {
  if (written === undefined || written === 'none') return undefined;
  if (/^[1-9]\d{0,3}$/.test(written)) return Number(written);
  throw new DrillError('CONFIG_INVALID', `approvalConcurrency is "${written}"`, {
    hint: 'Give `-c approvalConcurrency=2`, or leave it out to reserve nothing.',
  });
}
