import * as z from 'zod';
import { matching, withHint } from './field-types.ts';

export const environmentName = matching(
  /^[A-Za-z_][A-Za-z0-9_]*$/,
  'the name of an environment variable',
  'give its name, never the secret itself',
);
export const ssmParameterName = matching(
  /^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*$/,
  'the name of an SSM parameter',
  'write e.g. /prod/app/password',
);

/** Where one secret stands, on this machine and in AWS. */
export const secretPlace = z
  .strictObject({
    env: environmentName.optional().meta({ description: 'Environment variable with it (local runs).' }),
    file: z.string().min(1).optional().meta({
      description: 'File whose first line it is, relative to this file (local runs).',
    }),
    parameter: ssmParameterName.optional().meta({ description: 'SSM SecureString with it (AWS).' }),
    secret: z.string().min(1).optional().meta({ description: 'Secret of Secrets Manager with it (AWS).' }),
  })
  .refine((place) => Object.values(place).some((each) => each !== undefined), {
    error: withHint('it is not said where the secret stands', 'give env, file, parameter or secret'),
  });

/** Null: not given there. */
export interface SecretPlace {
  env: string | null;
  file: string | null;
  parameter: string | null;
  secret: string | null;
}

export const secretPlaceOf = ({
  env,
  file,
  parameter,
  secret,
}: z.output<typeof secretPlace>): SecretPlace => ({
  env: env ?? null,
  file: file ?? null,
  parameter: parameter ?? null,
  secret: secret ?? null,
});
