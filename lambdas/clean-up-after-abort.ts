import { abortPatience } from '../lib/runtimes/aws/abort-patience.ts';
import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, ledgerPort, sitePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { givenAnswersPort, tellingPorts } from '../lib/runtimes/aws/ports/people.ts';
import { restoreTasksPort, sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { provenance } from '../lib/runtimes/aws/provenance.ts';
import { currentRegion } from '../lib/runtimes/aws/region.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { cleanUpAfterAbort, removeLeftBehind } from '../lib/steps/clean-up-after-abort.ts';
import { endedExecution, endingOf, lastKnownState } from '../lib/steps/ended-execution.ts';

/** An execution ended past its own teardown. Repeating is harmless: a sealed record is left alone. */
export const handler = lambdaDoor('Clean up after abort', async (event) => {
  const ended = endedExecution.parse(event).detail;
  const ledger = ledgerPort();
  const sealed = await ledger.show(ended.name);
  if (sealed?.teardown.confirmed) return { drillId: ended.name, outcome: 'sealed already' };
  const evidence = evidencePort();
  const sandboxes = sandboxPort();
  const configuration = deployedConfiguration;
  const state = await lastKnownState(ended, { evidence, configuration, sandboxes });
  const restoreTasks = restoreTasksPort();
  const answers = givenAnswersPort();
  if (sealed !== null) {
    const ports = { answers, evidence, restoreTasks, sandboxes, clock: systemClock };
    return { drillId: ended.name, outcome: await removeLeftBehind(state, sealed, ports) };
  }
  const { clock, options } = abortPatience(ended, systemClock);
  const common = {
    clock,
    region: currentRegion(),
    provenance: provenance(),
    site: sitePort(),
    ...tellingPorts(),
  };
  const ports = { answers, configuration, evidence, ledger, sandboxes, restoreTasks, ...common };
  const { verdict, teardown } = await cleanUpAfterAbort(state, endingOf(ended), ports, options);
  return { drillId: ended.name, outcome: 'sealed', verdict, teardown };
});
