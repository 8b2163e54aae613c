import { findPublicKey, makeKey } from '../../adapters/seals/key-files.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

interface KeysOptions extends AccountOptions {
  stateDir?: string;
}

/** `restore-drill keys init`: makes the key that drills on this machine are signed with. */
export async function keysInit(options: KeysOptions): Promise<number> {
  const { stateDirectory } = placesFor(options);
  const { keyId, publicKey } = await makeKey(stateDirectory);
  process.stderr.write(`drills on this machine are signed from now on
  key     ${keyId}
  public  ${publicKey}

Keep a copy of the public key where who runs drills cannot write: seals are only worth what it is.
`);
  return 0;
}

/** `restore-drill keys show`: the public key, of this machine or of the stack. PEM on stdout, its id on stderr. */
export async function keysShow(options: KeysOptions, surroundings?: AccountSurroundings): Promise<number> {
  const { keyId, pem } = wantsAccount(options)
    ? await keyOfStack(options, surroundings)
    : await keyOfMachine(options);
  process.stdout.write(pem);
  process.stderr.write(`key ${keyId}\n`);
  return 0;
}

async function keyOfMachine(options: KeysOptions): Promise<{ keyId: string; pem: string }> {
  const { stateDirectory } = placesFor(options);
  const found = await findPublicKey(stateDirectory);
  if (found !== null) return found;
  throw new DrillError('REQUEST_INVALID', `there is no key in ${stateDirectory}`, {
    hint: 'Make one with `restore-drill keys init`; drills are unsigned until then.',
  });
}

const keyOfStack = (
  options: KeysOptions,
  surroundings: AccountSurroundings | undefined,
): Promise<{ keyId: string; pem: string }> =>
  inAccount(
    options,
    async ({ stack, clients }) => {
      if (stack.signingKey === null) {
        throw new DrillError('REQUEST_INVALID', `the stack "${stack.name}" signs nothing`, {
          hint: 'Set `aws: { signing: true }` in drills.yaml and deploy; drills are unsigned until then.',
        });
      }
      const { publicKeyOf } = await import('../../adapters/seals/kms-signer.ts');
      return publicKeyOf(await clients.kms(), stack.signingKey);
    },
    surroundings,
  );
