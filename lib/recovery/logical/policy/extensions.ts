/** Extensions: what the server offers is installed in the server's version. */
import { finding } from '../../../domain/findings/findings.ts';
import { applyEdits, cutTokens, tokenAt, tokensOf } from './statement-text.ts';
import { as } from './syntax-tree.ts';
import { type Handlers, planOf, run, runRewritten, skip } from './verdicts.ts';

export const extensionHandlers: Handlers = {
  CreateExtensionStmt: (node, subject) => {
    const name = node.extname ?? '';
    if (name === 'pg_cron') {
      subject.memory.pgCronSeen = true;
      return skip('pg-cron', 'extension "pg_cron" and its jobs are left out');
    }
    if (!subject.context.availableExtensions.has(name))
      return skip(
        'extension-unavailable',
        finding('EXTENSION_UNAVAILABLE', `extension "${name}" is not offered by the sandbox server`),
      );
    const plan = planOf('other', { extension: name });
    const options = (node.options ?? []).flatMap((option) => as(option, 'DefElem') ?? []);
    const version = options.find((option) => option.defname === 'new_version');
    if (version === undefined) return run(subject, plan);
    const tokens = tokensOf(subject.statement.sql) ?? [];
    const at = tokenAt(tokens, version.location);
    const edits = [cutTokens(tokens, at, at), cutTokens(tokens, at + 1, at + 1)];
    return runRewritten(subject, 'extension-version', applyEdits(subject.statement.sql, edits), plan);
  },
  AlterExtensionStmt: () => skip('extension-change'),
  AlterExtensionContentsStmt: () => skip('extension-change'),
};
