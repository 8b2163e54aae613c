import { existsSync } from 'node:fs';
import { DescribeSecretCommand } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { awsErrorKind } from '../../adapters/aws/aws-errors.ts';
import { readConfig } from '../../adapters/files/config-file.ts';
import { type DrillConfig, notifySecrets, type SecretPlaces } from '../../domain/config/index.ts';
import type { Account } from '../remote/account.ts';
import { accountError } from '../remote/account-error.ts';
import { type Diagnosis, diagnose, ok, problem } from './diagnosis.ts';

/**
 * Whether the secrets that `notify` names are in the account. They are not read: whether the deployed functions may, and
 * whether somebody hears, a drill shows (or `doctor --aws --rehearse`).
 */
export async function diagnoseNotifySecrets(
  account: Account,
  configFile: string | undefined,
): Promise<Diagnosis[]> {
  const file = configFile ?? 'drills.yaml';
  // That there is none, or that it is wrong, is said with the sources.
  if (!existsSync(file)) return [];
  const config = await readConfig(file).catch(() => null);
  return config === null
    ? []
    : (await Promise.all(namedIn(config).map((one) => lookFor(one, account)))).flat();
}

interface NamedSecret {
  /** For whom it is named: `slack url`. */
  wanted: string;
  places: SecretPlaces;
}

/** Each once, however many databases name it. */
function namedIn({ databases, notify }: DrillConfig): NamedSecret[] {
  const all = [notify, ...Object.values(databases).map((database) => database.notify)].flatMap(notifySecrets);
  const byKey = new Map(
    all.map(({ target, what, places }) => [
      JSON.stringify([target, what, places.parameter, places.secret]),
      { wanted: `${target} ${what}`, places },
    ]),
  );
  return [...byKey.values()].filter(({ places }) => places.parameter !== null || places.secret !== null);
}

function lookFor(
  { wanted, places: { parameter, secret } }: NamedSecret,
  account: Account,
): Promise<Diagnosis[]> {
  const what = `notify ${wanted}`;
  const name = parameter === null ? `secret ${secret}` : `parameter ${parameter}`;
  return diagnose(
    what,
    async () => {
      try {
        // Undecrypted: its value is nobody's business here.
        if (parameter !== null)
          await (await account.clients.ssm()).send(
            new GetParameterCommand({ Name: parameter, WithDecryption: false }),
          );
        else if (secret !== null)
          await (await account.clients.secretsManager()).send(
            new DescribeSecretCommand({ SecretId: secret }),
          );
        return ok(what, `the ${name} is there`);
      } catch (error) {
        if (awsErrorKind(error) !== 'not found') throw error;
        return problem(what, `there is no ${name} in this region, so nobody hears of a drill there`);
      }
    },
    (error) => accountError(error, account.clients.failed),
  );
}
