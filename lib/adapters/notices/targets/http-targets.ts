import type { NotifyTarget } from '../../../ports/notifier.ts';
import { createHealthcheckTarget } from './healthcheck-target.ts';
import { createSlackTarget } from './slack-target.ts';
import type { TargetOptions } from './target-options.ts';
import { createWebhookTarget } from './webhook-target.ts';

/** The targets of `notify` that are told over HTTPS, here and in an account. */
export const createHttpTargets = (options: TargetOptions): NotifyTarget[] => [
  createSlackTarget(options),
  createWebhookTarget(options),
  createHealthcheckTarget(options),
];
