import { defaultStackName } from '../../contract/names.ts';

/** What every command that can reach into an account was given. */
export interface AccountOptions {
  /** Name of the stack; reaches into the account. */
  stack?: string | undefined;
  /** The same for the stack's default name. */
  aws?: boolean | undefined;
  region?: string | undefined;
  profile?: string | undefined;
}

/** True when a command that also works on one machine was turned to the account. */
export function wantsAccount(options: AccountOptions): boolean {
  return options.stack !== undefined || options.aws === true;
}

export const stackNameOf = (options: AccountOptions): string => options.stack ?? defaultStackName;

/** The options a person must repeat to reach the same stack: ` --stack NAME`, with region and profile as given. */
export function repeatedOptions(options: AccountOptions): string {
  const { region, profile } = options;
  return [
    ` --stack ${stackNameOf(options)}`,
    ...(region === undefined ? [] : [` --region ${region}`]),
    ...(profile === undefined ? [] : [` --profile ${profile}`]),
  ].join('');
}
