import type { SecretPlaces } from '../../../domain/config/index.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import { NotDelivered } from '../../../ports/not-delivered.ts';
import { targetAddress } from './target-address.ts';
import type { TargetOptions } from './target-options.ts';

type Reading = Pick<TargetOptions, 'readSecret'>;

/**
 * A secret of a target; null: drills.yaml names none for the kind of place where this runs.
 * @throws NotDelivered when it cannot be read
 */
export async function secretOf(places: SecretPlaces, { readSecret }: Reading): Promise<string | null> {
  try {
    return await readSecret(places);
  } catch (error) {
    if (!isDrillError(error)) throw error;
    throw new NotDelivered(`${error.message}. ${error.hint}`);
  }
}

/** The address of a target; null as above. @throws NotDelivered */
export async function addressOf(
  places: SecretPlaces,
  database: string,
  reading: Reading,
): Promise<URL | null> {
  const secret = await secretOf(places, reading);
  return secret === null ? null : targetAddress(secret, 'url', database);
}

/** What a target gets that it cannot do without. @throws NotDelivered when there is none */
export function needed<Given>(given: Given | null, what: 'url' | 'secret'): Given {
  if (given !== null) return given;
  throw new NotDelivered(
    `drills.yaml does not say where its ${what} lies for drills that run here (${what}Env or ${what}File on a machine, ${what}Parameter or ${what}Secret in AWS)`,
  );
}

/** What is configured of a target that was asked for by name. */
export function configured<Target>(target: Target | null, database: string, kind: string): Target {
  if (target !== null) return target;
  throw new NotDelivered(`drills.yaml names no ${kind} for ${database}`);
}
