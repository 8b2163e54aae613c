import * as z from 'zod';
import { withHint } from './field-types.ts';

/** The name of a place where a secret lies. What stands there instead may be the secret itself, so it is not shown. */
const nameOf = (expression: RegExp, what: string, hint: string) =>
  z.string().regex(expression, { error: withHint(`this is not ${what}`, hint) });

/** Name of an environment variable, as the shell takes it. */
export const environmentName = nameOf(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'the name of an environment variable',
  'give its name, never the secret itself',
);

/** Name of a parameter of SSM Parameter Store. */
export const ssmParameterName = nameOf(
  /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
  'the name of an SSM parameter',
  'write e.g. /prod/app/password',
);

/** Name of a secret of Secrets Manager, or what identifies it in all of AWS. */
const managedSecretName = nameOf(
  /^([\w/+=.@-]{1,512}|arn:[\w-]+:secretsmanager:[\w:/+=.@-]+)$/,
  'the name of a secret of Secrets Manager',
  'give its name, never the secret itself',
);

/**
 * Where one secret lies: a variable or a file for drills on this machine, a parameter or a secret for those in AWS. Null:
 * not given. Never the secret itself.
 */
export interface SecretPlaces {
  variable: string | null;
  file: string | null;
  parameter: string | null;
  secret: string | null;
}

const nowhere: SecretPlaces = { variable: null, file: null, parameter: null, secret: null };

/** The keys `urlEnv`, `urlFile`, `urlParameter`, `urlSecret` of a section, for an address that is a secret. */
export const urlPlaces = {
  urlEnv: environmentName.optional().meta({ description: 'Environment variable with the URL (local runs).' }),
  urlFile: z.string().min(1).optional().meta({
    description: 'File whose first line is the URL, relative to this file (local runs).',
  }),
  urlParameter: ssmParameterName.optional().meta({ description: 'SSM SecureString with the URL (AWS).' }),
  urlSecret: managedSecretName
    .optional()
    .meta({ description: 'Secret of Secrets Manager with the URL (AWS).' }),
};

/** The keys `secretEnv`, `secretFile`, `secretParameter`, `secretSecret` of a section, for a signing secret. */
export const signingSecretPlaces = {
  secretEnv: environmentName
    .optional()
    .meta({ description: 'Environment variable with the signing secret (local runs).' }),
  secretFile: z.string().min(1).optional().meta({
    description: 'File whose first line is the signing secret, relative to this file (local runs).',
  }),
  secretParameter: ssmParameterName
    .optional()
    .meta({ description: 'SSM SecureString with the signing secret (AWS).' }),
  secretSecret: managedSecretName
    .optional()
    .meta({ description: 'Secret of Secrets Manager with the signing secret (AWS).' }),
};

type Written<Fields extends Record<string, z.ZodType>> = { [Key in keyof Fields]?: z.output<Fields[Key]> };

export const urlPlacesOf = (written: Written<typeof urlPlaces>): SecretPlaces => ({
  variable: written.urlEnv ?? null,
  file: written.urlFile ?? null,
  parameter: written.urlParameter ?? null,
  secret: written.urlSecret ?? null,
});

export const signingSecretPlacesOf = (written: Written<typeof signingSecretPlaces>): SecretPlaces => ({
  variable: written.secretEnv ?? null,
  file: written.secretFile ?? null,
  parameter: written.secretParameter ?? null,
  secret: written.secretSecret ?? null,
});

export const isNowhere = (places: SecretPlaces): boolean =>
  Object.keys(nowhere).every((key) => places[key as keyof SecretPlaces] === null);

/** One secret by itself, as a section of its own: `{ env: NAME }`. */
export const secretPlaces = z
  .strictObject({
    env: environmentName.optional().meta({ description: 'Environment variable with it (local runs).' }),
    file: z.string().min(1).optional().meta({
      description: 'File whose first line it is, relative to this file (local runs).',
    }),
    parameter: ssmParameterName.optional().meta({ description: 'SSM SecureString with it (AWS).' }),
    secret: managedSecretName.optional().meta({ description: 'Secret of Secrets Manager with it (AWS).' }),
  })
  .refine((places) => Object.values(places).some((each) => each !== undefined), {
    error: withHint('it is not said where the secret stands', 'give env, file, parameter or secret'),
  });

export const secretPlacesOf = (written: z.output<typeof secretPlaces>): SecretPlaces => ({
  variable: written.env ?? null,
  file: written.file ?? null,
  parameter: written.parameter ?? null,
  secret: written.secret ?? null,
});
