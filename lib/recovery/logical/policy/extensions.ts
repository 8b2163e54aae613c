/** Extensions: what the server offers is installed in the server's version. */
import type { CreateExtensionStmt } from 'libpg-query';
import { howToGet } from '../../../domain/extensions/known-extensions.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RuleId } from '../../../domain/recovery/policy-rules.ts';
import type { Decision } from './decision.ts';
import { serverExtensions } from './server-extensions.ts';
import { applyEdits, cutTokens, tokenAt, tokensOf } from './statement-text.ts';
import { as, objectName } from './syntax-tree.ts';
import { type Handlers, planOf, run, runRewritten, type Subject, skip } from './verdicts.ts';

const optionsOf = (node: CreateExtensionStmt) =>
  (node.options ?? []).flatMap((option) => as(option, 'DefElem') ?? []);

function leaveOut(node: CreateExtensionStmt, rule: RuleId, said: string | Finding): Decision {
  const [schema = null] = objectName(optionsOf(node).find((option) => option.defname === 'schema')?.arg);
  const decision = skip(rule, said);
  return decision.action === 'skip'
    ? { ...decision, leavesOut: { name: node.extname ?? '', schema } }
    : decision;
}

function createExtension(node: CreateExtensionStmt, subject: Subject): Decision {
  const name = node.extname ?? '';
  // CREATE LANGUAGE too: since PostgreSQL 13 it is CREATE EXTENSION by another name.
  if (name === 'plpgsql' && node.if_not_exists !== true) return skip('language-present');
  const { availableExtensions, targetMajor } = subject.context;
  const ofServer = Object.hasOwn(serverExtensions, name) ? serverExtensions[name] : undefined;
  if (ofServer !== undefined) {
    if (ofServer.schema !== null) subject.memory.leftOut.add(ofServer.schema);
    return leaveOut(node, 'server-extension', `extension "${name}" and ${ofServer.does} are left out`);
  }
  if (!availableExtensions.has(name))
    return leaveOut(
      node,
      'extension-unavailable',
      finding(
        'EXTENSION_UNAVAILABLE',
        `extension "${name}" is not offered by the sandbox server`,
        howToGet(name, targetMajor),
      ),
    );
  const plan = planOf('other', { extension: name });
  const version = optionsOf(node).find((option) => option.defname === 'new_version');
  if (version === undefined) return run(subject, plan);
  const tokens = tokensOf(subject.statement.sql) ?? [];
  const at = tokenAt(tokens, version.location);
  const edits = [cutTokens(tokens, at, at), cutTokens(tokens, at + 1, at + 1)];
  return runRewritten(subject, 'extension-version', applyEdits(subject.statement.sql, edits), plan);
}

export const extensionHandlers: Handlers = {
  CreateExtensionStmt: createExtension,
  AlterExtensionStmt: () => skip('extension-change'),
  AlterExtensionContentsStmt: () => skip('extension-change'),
};
