import * as z from 'zod';
import { flag, withHint } from './field-types.ts';
import {
  isNowhere,
  type SecretPlaces,
  signingSecretPlaces,
  signingSecretPlacesOf,
  urlPlaces,
  urlPlacesOf,
} from './secret-places.ts';

const occasions = ['failure', 'recovery', 'every'] as const;

/** When a target is told: a drill that did not prove, the first proven one after it, or every one. */
export type Occasion = (typeof occasions)[number];

const on = z.union([z.enum(occasions), z.array(z.enum(occasions)).min(1)], {
  error: 'on is failure, recovery or every, or a list of them',
});

const occasionsOf = (written: z.output<typeof on> | undefined, otherwise: Occasion[]): Occasion[] =>
  written === undefined ? otherwise : [written].flat();

const urlHint =
  'give urlEnv or urlFile for drills on this machine, urlParameter or urlSecret for those in AWS';

const urlIsGiven = (written: Parameters<typeof urlPlacesOf>[0]): boolean => !isNowhere(urlPlacesOf(written));

const slack = z
  .strictObject({
    ...urlPlaces,
    on: on.optional().meta({
      description: 'When: `failure`, `recovery`, `every`, or a list. Default `[failure, recovery]`.',
    }),
  })
  .refine(urlIsGiven, {
    path: ['urlEnv'],
    error: withHint('nothing says where the URL of the incoming webhook lies', urlHint),
  })
  .transform((written) => ({
    url: urlPlacesOf(written),
    on: occasionsOf(written.on, ['failure', 'recovery']),
  }));

const webhook = z
  .strictObject({
    ...urlPlaces,
    ...signingSecretPlaces,
    on: on
      .optional()
      .meta({ description: 'When: `failure`, `recovery`, `every`, or a list. Default `every`.' }),
  })
  .refine(urlIsGiven, { path: ['urlEnv'], error: withHint('nothing says where the URL lies', urlHint) })
  .refine((written) => !isNowhere(signingSecretPlacesOf(written)), {
    // Within the target: a union of `off` and a target passes on what lies inside.
    path: ['secretEnv'],
    error: withHint(
      'nothing says where the signing secret lies, and unsigned events are not sent',
      'give secretEnv or secretFile for drills on this machine, secretParameter or secretSecret for those in AWS',
    ),
  })
  .transform((written) => ({
    url: urlPlacesOf(written),
    signingSecret: signingSecretPlacesOf(written),
    on: occasionsOf(written.on, ['every']),
  }));

const healthcheck = z
  .strictObject({
    ...urlPlaces,
    start: flag(
      'Also ping `/start` when a drill begins, so that its time is measured. Default false.',
    ).optional(),
  })
  .refine(urlIsGiven, { path: ['urlEnv'], error: withHint('nothing says where the ping URL lies', urlHint) })
  .transform((written) => ({ url: urlPlacesOf(written), start: written.start ?? false }));

const prometheus = z.strictObject({
  directory: z.string().min(1).meta({
    description:
      'Folder of the textfile collector of node_exporter (`--collector.textfile.directory`), relative to this file. It must exist.',
  }),
});

/** `off` leaves a target out for one database. */
const orOff = <Target extends z.ZodType>(target: Target) => z.union([z.literal('off'), target]).optional();

/** `notify:`, of the file as a whole and of a database. */
export const notify = z
  .strictObject({
    slack: orOff(slack).meta({ description: 'A message to an incoming webhook of Slack.' }),
    webhook: orOff(webhook).meta({
      description: 'The sealed drill as JSON, signed, by POST (docs/notifications.md).',
    }),
    healthcheck: orOff(healthcheck).meta({
      description:
        'Pings a check of healthchecks.io or alike: the URL when a drill proved, `/fail` below it otherwise. `{database}` in the URL becomes the name of the database.',
    }),
    prometheus: orOff(prometheus).meta({
      description: 'A textfile of metrics for node_exporter, one per database (local runs).',
    }),
  })
  .transform((written) => ({
    slack: givenOf(written.slack),
    webhook: givenOf(written.webhook),
    healthcheck: givenOf(written.healthcheck),
    prometheus: givenOf(written.prometheus),
  }));

function givenOf<Target extends object>(written: Target | 'off' | undefined): Target | null {
  return written === undefined || written === 'off' ? null : written;
}

/** Who is told of a database's drills, beside the terminal and the topic. Null: not told. */
export type NotifyConfig = z.output<typeof notify>;
/** `slack`, `webhook` … */
export type NotifyTargetKind = keyof NotifyConfig;

export const nobodyToNotify: NotifyConfig = {
  slack: null,
  webhook: null,
  healthcheck: null,
  prometheus: null,
};

/** What the targets of a configuration need to know that is secret, each with the target it is for. */
export function notifySecrets(
  config: NotifyConfig,
): { target: NotifyTargetKind; what: string; places: SecretPlaces }[] {
  const { slack, webhook, healthcheck } = config;
  return [
    ...(slack === null ? [] : [{ target: 'slack' as const, what: 'url', places: slack.url }]),
    ...(webhook === null
      ? []
      : [
          { target: 'webhook' as const, what: 'url', places: webhook.url },
          { target: 'webhook' as const, what: 'secret', places: webhook.signingSecret },
        ]),
    ...(healthcheck === null
      ? []
      : [{ target: 'healthcheck' as const, what: 'url', places: healthcheck.url }]),
  ];
}
