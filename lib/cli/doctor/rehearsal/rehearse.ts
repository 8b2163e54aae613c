import { anchorOf } from '../../../contract/alarm-names.ts';
import type { Account } from '../../remote/account.ts';
import { accountError } from '../../remote/account-error.ts';
import { type Diagnosis, diagnose } from '../diagnosis.ts';
import { askSweeper, askWatch, touchFunctions } from './functions.ts';
import { lookAtImages } from './images.ts';
import { firstDeployPoints } from './points.ts';
import { startRefusedDrill } from './refused-drill.ts';

/** Looks that change nothing that anybody keeps: no instance and no task is made, and nothing is removed. */
const looks: [what: string, look: (account: Account) => Promise<Diagnosis[]>][] = [
  ['functions in subnets', touchFunctions],
  ['watch', askWatch],
  ['sweeper', askSweeper],
  ['image', lookAtImages],
  ['messages', startRefusedDrill],
];

/**
 * `restore-drill doctor --aws --rehearse`: what of docs/first-deploy.md can be run from here, one after the other so that
 * their messages can be told apart, and then what cannot, each with its reason.
 */
export async function rehearseDeployment(account: Account): Promise<Diagnosis[]> {
  const found: Diagnosis[] = [];
  for (const [what, look] of looks)
    found.push(
      ...(await diagnose(
        what,
        () => look(account),
        (error) => accountError(error, account.clients.failed),
      )),
    );
  return [...found.map(worded), ...cannotBeRun()];
}

/** A point that was tried and did not answer as it must is not confirmed, whoever is to blame. */
const worded = (one: Diagnosis): Diagnosis =>
  one.state === 'problem' ? { ...one, detail: `not confirmed: ${one.detail}` } : one;

const cannotBeRun = (): Diagnosis[] =>
  Object.values(firstDeployPoints).flatMap(({ heading, why }) =>
    why === null
      ? []
      : [
          {
            what: heading,
            state: 'untested' as const,
            detail: `cannot be run here: ${why}; see docs/first-deploy.md#${anchorOf(heading)}`,
          },
        ],
  );
