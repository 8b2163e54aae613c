/** Who is told of drills by `notify` of the deployed drills.yaml, beside the topic. */
import {
  executionUrl,
  type NoticePlaces,
  reportLocation,
} from '../../../adapters/notices/messages/console-links.ts';
import { briefLimits, createDelivery, patientLimits } from '../../../adapters/notices/targets/delivery.ts';
import { createHttpTargets } from '../../../adapters/notices/targets/http-targets.ts';
import { createSecretsReader } from '../../../adapters/secrets/secrets-reader.ts';
import type { SecretPlaces } from '../../../domain/config/index.ts';
import { notifyOf } from '../../../domain/config/notified.ts';
import type { NotifyTarget } from '../../../ports/notifier.ts';
import { systemClock } from '../../system-clock.ts';
import { secretsManagerClient, ssmClient } from '../clients.ts';
import { deployedConfig } from '../configuration.ts';

/** For the end of a drill. Building them touches nothing. */
export function notifyTargetsPort(places: NoticePlaces): NotifyTarget[] {
  const never = new AbortController().signal;
  const delivering = { clock: systemClock, signal: never };
  return createHttpTargets({
    notifyOf: (database) => notifyOf(deployedConfig(), database),
    readSecret,
    deliver: createDelivery({ ...delivering, limits: patientLimits }),
    deliverBriefly: createDelivery({ ...delivering, limits: briefLimits }),
    reportOf: ({ drillId }) => ({
      path: reportLocation(places, drillId),
      link: { label: 'the execution in the console', url: executionUrl(places, drillId) },
    }),
    now: () => systemClock.now(),
  });
}

async function readSecret({ parameter, secret }: SecretPlaces): Promise<string | null> {
  const reader = createSecretsReader({ client: ssmClient(), secretsManager: secretsManagerClient() });
  if (parameter !== null) return reader.parameter(parameter);
  return secret === null ? null : reader.secret(secret);
}
