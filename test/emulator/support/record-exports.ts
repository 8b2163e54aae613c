import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import type { Supplement, WireReply } from './front.ts';
import { jsonReply, problemsOf } from './service-model.ts';

/** What AWS Backup was told of a restore job. */
interface Validation {
  RestoreJobId: string;
  ValidationStatus: string;
  ValidationStatusMessage: string;
}

/**
 * Plays two services that the emulator lacks. Requests are held against botocore's models. Security Hub keeps findings by their id,
 * and leaves alone what is not newer than what it has.
 */
export class RecordExports {
  readonly findings = new Map<string, AwsSecurityFinding>();
  readonly validations: Validation[] = [];
  /** Whether Security Hub is switched on in the account. */
  enabled = true;

  /** Findings about a database, by what follows its name in their id. */
  findingsOf(database: string): Record<string, AwsSecurityFinding> {
    const ours = [...this.findings].filter(([id]) => id.includes(`/${database}/`));
    return Object.fromEntries(ours.map(([id, finding]) => [id.split('/').at(-1) ?? '', finding]));
  }

  supplements(): Record<string, Supplement> {
    return {
      'securityhub:BatchImportFindings': (input) => Promise.resolve(this.#imported(input)),
      'backup:PutRestoreValidationResult': (input) => Promise.resolve(this.#validated(input)),
    };
  }

  #imported(input: Record<string, unknown>): WireReply {
    const problems = problemsOf('securityhub', 'BatchImportFindings', input);
    if (problems !== '') return refusal('InvalidInputException', problems);
    const findings = input.Findings as AwsSecurityFinding[];
    if (!this.enabled) {
      const FailedFindings = findings.map(({ Id }) => ({
        ...{ Id, ErrorCode: 'InvalidAccess', ErrorMessage: 'Security Hub is not enabled' },
      }));
      return jsonReply(200, { FailedCount: findings.length, SuccessCount: 0, FailedFindings });
    }
    for (const finding of findings) {
      const known = this.findings.get(finding.Id ?? '');
      if (known === undefined || String(known.UpdatedAt) < String(finding.UpdatedAt))
        this.findings.set(finding.Id ?? '', finding);
    }
    return jsonReply(200, { FailedCount: 0, SuccessCount: findings.length, FailedFindings: [] });
  }

  #validated(input: Record<string, unknown>): WireReply {
    const problems = problemsOf('backup', 'PutRestoreValidationResult', input);
    if (problems !== '') return refusal('InvalidParameterValueException', problems);
    this.validations.push(input as unknown as Validation);
    return { status: 204, headers: {}, body: Buffer.alloc(0) };
  }
}

const refusal = (name: string, Message: string): WireReply => {
  const { headers, ...reply } = jsonReply(400, { Message });
  return { ...reply, headers: { ...headers, 'x-amzn-errortype': name } };
};
