/** What is never executed, and what is left out because the restore does it itself. */
import { type Handlers, place, refuse, skip } from './verdicts.ts';

export const refusalHandlers: Handlers = {
  TransactionStmt: (node, subject) => {
    switch (node.kind) {
      case 'TRANS_STMT_BEGIN':
      case 'TRANS_STMT_START':
      case 'TRANS_STMT_COMMIT':
        return skip('transaction-control');
      default:
        return refuse('transaction-undo', `${place(subject)} would undo or split a transaction`);
    }
  },
  AlterSystemStmt: (_node, subject) => refuse('server-configuration', `${place(subject)} is an ALTER SYSTEM`),
  LoadStmt: (_node, subject) => refuse('server-configuration', `${place(subject)} is a LOAD`),
  DoStmt: (_node, subject) => refuse('code-execution', `${place(subject)} is a DO block`),
  CallStmt: (_node, subject) => refuse('code-execution', `${place(subject)} is a CALL`),
  ExecuteStmt: (_node, subject) => refuse('code-execution', `${place(subject)} is an EXECUTE`),
  VacuumStmt: () => skip('maintenance'),
  CheckPointStmt: () => skip('maintenance'),
  ReindexStmt: () => skip('maintenance'),
  ClusterStmt: () => skip('maintenance'),
  LockStmt: () => skip('maintenance'),
  DiscardStmt: () => skip('maintenance'),
};
