import { isVerified } from '../../domain/record/seal/verification.ts';
import { verifySealed } from '../../domain/record/seal/verify-sealed.ts';
import { visibleJson } from '../../domain/text/visible-text.ts';
import { momentGiven } from '../../domain/time/given-moment.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { renderVerification } from '../render/verification.ts';
import { readSealed } from '../verify/read-sealed.ts';
import { type KeyOptions, trustedKeys } from '../verify/trusted-keys.ts';

interface VerifyOptions extends KeyOptions {
  from?: string;
  to?: string;
  expect?: string[];
  json?: boolean;
}

/**
 * `restore-drill verify`: holds records, reports, seals and the chain against each other, with no network and no right to
 * anything. 0 when all of it is as it was sealed, 1 when something is not, or when there was nothing to verify.
 *
 * @throws DrillError REQUEST_INVALID for a path or a key that is none
 */
export async function verify(path: string | undefined, options: VerifyOptions): Promise<number> {
  const { stateDirectory } = placesFor(options);
  const { keys } = await trustedKeys(options);
  const verification = verifySealed({
    ...(await readSealed(path ?? stateDirectory, keys)),
    from: options.from === undefined ? null : beginOf(options.from),
    to: options.to === undefined ? null : momentGiven(options.to, 'UTC', null),
    expected: options.expect ?? [],
  });
  const verified = isVerified(verification);
  process.stdout.write(
    options.json === true
      ? `${visibleJson({ verified, ...verification }, 2)}\n`
      : renderVerification(verification, keys),
  );
  return verified ? 0 : 1;
}

/** A day begins at midnight UTC. */
const beginOf = (text: string): string | null =>
  /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00.000Z` : momentGiven(text, 'UTC', null);
