import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { opensslProgram } from '../../../scripts/oracle-programs.mjs';

export interface Certificates {
  /** Certificate of the authority, PEM. */
  caFile: string;
  /** Of the server, for `localhost`. */
  certificateFile: string;
  keyFile: string;
}

/** A certificate authority of its own and a certificate of `localhost` that it issued, good for a day. */
export function makeCertificates(directory: string): Certificates {
  const path = (name: string) => join(directory, name);
  const openssl = (...options: string[]) => execFileSync(opensslProgram(), options, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = ['-x509', ...newKey, '-days', '1', '-subj', '/CN=Test authority'];
  openssl('req', ...authority, '-keyout', path('ca.key'), '-out', path('ca.pem'));
  const request = [...newKey, '-subj', '/CN=localhost'];
  openssl('req', ...request, '-keyout', path('server.key'), '-out', path('server.csr'));
  writeFileSync(path('server.ext'), 'subjectAltName=DNS:localhost\n');
  const signing = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '1'];
  const issued = ['-in', path('server.csr'), '-extfile', path('server.ext'), '-out', path('server.pem')];
  openssl('x509', '-req', ...signing, ...issued);
  return { caFile: path('ca.pem'), certificateFile: path('server.pem'), keyFile: path('server.key') };
}
