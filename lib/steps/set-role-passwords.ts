import type { RolesConfig } from '../domain/config/index.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { RolePasswords } from '../ports/drill-ports.ts';

/**
 * Gives roles the passwords that SSM Parameter Store keeps for them. What cannot be read or set is a finding: the data
 * may be whole, but nobody could log in. Values live in this function only.
 */
export async function setRolePasswords(
  roles: RolesConfig,
  address: SandboxAddress,
  { secrets, setter }: RolePasswords,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const passwords: { role: string; password: string }[] = [];
  for (const { role, ssmParameter } of roles.passwords) {
    try {
      passwords.push({ role, password: await secrets.parameter(ssmParameter) });
    } catch (error) {
      if (!isDrillError(error)) throw error;
      findings.push(finding(error.code, `password of role ${role}: ${error.message}`, error.hint));
    }
  }
  if (passwords.length === 0) return findings;
  const refused = await setter.set(address, passwords);
  const told = refused.map(({ role, sqlState }) =>
    finding('ROLE_PASSWORD_NOT_SET', `the password of role ${role} was not set (SQLSTATE ${sqlState})`),
  );
  return [...findings, ...told];
}
