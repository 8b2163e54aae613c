import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import {
  type DrillConfig,
  type NotifyConfig,
  nobodyToNotify,
  notifySecrets,
} from '../../domain/config/index.ts';
import { readParameters, readSecrets } from './secrets.ts';

/** Addresses and signing secrets of those who are told of drills: exactly what drills.yaml names. */
export const readNotifySecrets = (stack: Stack, config: DrillConfig): iam.PolicyStatement[] =>
  readAll(stack, 'Notify', notifiesOf(config));

/** What tells that a drill begins knows the addresses of health checks that want to hear of it, and no other. */
export const readStartSecrets = (stack: Stack, config: DrillConfig): iam.PolicyStatement[] =>
  readAll(
    stack,
    'Start',
    notifiesOf(config)
      .filter(({ healthcheck }) => healthcheck?.start === true)
      .map(({ healthcheck }) => ({ ...nobodyToNotify, healthcheck })),
  );

function readAll(stack: Stack, what: string, notifies: NotifyConfig[]): iam.PolicyStatement[] {
  const places = notifies.flatMap(notifySecrets).map((one) => one.places);
  const parameters = places.flatMap(({ parameter }) => parameter ?? []);
  // Where both are named, the parameter is read.
  const secrets = places.flatMap(({ parameter, secret }) => (parameter === null ? (secret ?? []) : []));
  return [
    ...readParameters(stack, `${what}Parameters`, parameters),
    ...readSecrets(stack, `Read${what}Secrets`, secrets),
  ];
}

const notifiesOf = ({ databases, notify }: DrillConfig): NotifyConfig[] => [
  notify,
  ...Object.values(databases).map((database) => database.notify),
];
