import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { installation } from './emulator.ts';
import type { WireReply } from './front.ts';

const validation = `
import json, sys
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator
service, operation = sys.argv[1:]
model = ServiceModel(Loader().load_service_model(service, 'service-2'))
report = ParamValidator().validate(json.load(sys.stdin), model.operation_model(operation).input_shape)
print(report.generate_report())
`;

/**
 * What botocore, which AWS's own command line is made of, says of a request; it knows members that ours must have.
 *
 * @returns what is wrong with it; empty: nothing
 */
export function problemsOf(service: string, operation: string, request: object): string {
  const python = join(dirname(installation().ministack), 'python');
  const words = ['-c', validation, service, operation];
  return execFileSync(python, words, { input: JSON.stringify(request) })
    .toString()
    .trim();
}

/** The answer of a service of AWS that speaks JSON. */
export const jsonReply = (status: number, body: object): WireReply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});
