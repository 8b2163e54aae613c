import { formatName } from '../../domain/backup/dump.ts';
import type { DrillState, RestoredSummary } from '../../domain/drill/drill-state.ts';
import type { RestoreProgress } from '../../domain/recovery/restore-account.ts';
import { formatBytes, formatCountOf } from '../../domain/text/quantities.ts';
import { stateNames } from '../../machine/state-names.ts';
import type { DrillStep, StepWatcher } from '../../runtimes/local/run-drill.ts';
import type { DrillProgress } from './drill-progress.ts';
import { PaceMeter } from './pace.ts';
import { isRecoveryPhase, percentOf, restoreProgressText } from './restore-text.ts';

/** Steps whose looks and waits a person sees as one line, by the step that opens it. */
const lines: Partial<Record<DrillStep, { name: string; opens: boolean }>> = {
  selectDump: { name: stateNames.selectDump, opens: true },
  provisionSandbox: { name: stateNames.provisionSandbox, opens: true },
  lookAtSandbox: { name: stateNames.provisionSandbox, opens: false },
  restoreDump: { name: stateNames.restoreDump, opens: true },
  planChecks: { name: stateNames.runChecks, opens: true },
  runLongChecks: { name: stateNames.runChecks, opens: false },
  runCheck: { name: stateNames.runChecks, opens: false },
  tryOlderDump: { name: stateNames.tryOlderDump, opens: true },
  tearDownSandbox: { name: stateNames.tearDownSandbox, opens: true },
  confirmGone: { name: stateNames.tearDownSandbox, opens: false },
  sealRecord: { name: stateNames.sealRecord, opens: true },
};

/** Turns the steps of a running drill into the lines a person watches. */
export class DrillWatcher implements StepWatcher {
  readonly #progress: DrillProgress;
  #open: { name: string; beganAt: number } | null = null;
  #checksDone = 0;
  #checksPlanned = 0;
  readonly #pace = new PaceMeter();

  constructor(progress: DrillProgress) {
    this.#progress = progress;
  }

  began(step: DrillStep): void {
    const line = lines[step];
    if (step === 'judge') this.#close({});
    if (line === undefined || !line.opens) return;
    this.#close({});
    this.#open = { name: line.name, beganAt: performance.now() };
    this.#progress.stepBegan(line.name);
  }

  ended(step: DrillStep, outcome: { output: unknown } | { error: Error }): void {
    if ('error' in outcome) {
      if (lines[step] !== undefined && step !== 'runCheck' && step !== 'runLongChecks')
        this.#close({ failed: true, detail: outcome.error.message });
      return;
    }
    const { output } = outcome;
    switch (step) {
      case 'selectDump':
      case 'tryOlderDump':
        this.#selected(output as DrillState);
        break;
      case 'lookAtSandbox':
        this.#looked(output as DrillState);
        break;
      case 'restoreDump':
        this.#restored(output as RestoredSummary);
        break;
      case 'planChecks':
        this.#checksPlanned = (output as DrillState).checks.length + (output as DrillState).longChecks.length;
        this.#checksDone = 0;
        break;
      case 'runLongChecks':
        this.#checked((output as { ran: number }).ran);
        break;
      case 'runCheck':
        this.#checked(1);
        break;
      case 'confirmGone':
        this.#left(output as DrillState);
        break;
      case 'sealRecord':
        this.#close({});
        break;
    }
  }

  restoreProgress(progress: RestoreProgress): void {
    const { phase, bytesRead, bytesTotal, rowsLoaded, currentObject } = progress;
    // A dump is read beside what is loaded; a base backup goes through one phase after another.
    const of = isRecoveryPhase(phase) ? phase : 'dump';
    const pace = this.#pace.measure(of, performance.now() / 1000, bytesRead, bytesTotal);
    this.#progress.stepProgress(stateNames.restoreDump, restoreProgressText(progress, pace), {
      phase,
      bytesDone: bytesRead,
      bytesTotal,
      percent: percentOf(progress),
      bytesPerSecond: pace === null ? null : Math.round(pace.bytesPerSecond),
      secondsLeft: pace?.secondsLeft == null ? null : Math.round(pace.secondsLeft),
      rows: rowsLoaded,
      object: currentObject,
    });
  }

  /** What the sandbox is doing while it is made, e.g. a server being fetched. */
  sandboxProgress(text: string): void {
    this.#progress.stepProgress(stateNames.provisionSandbox, text);
  }

  #selected(state: DrillState): void {
    const { dump } = state;
    const detail =
      dump === null
        ? (state.findings.at(-1)?.message ?? 'no dump')
        : `${dump.key} (${formatName(dump.header.format)}, ${formatBytes(dump.sizeBytes)})`;
    this.#close({ failed: dump === null, detail });
  }

  #looked(state: DrillState): void {
    if (state.stage === 'sandbox ready')
      this.#close({ detail: `PostgreSQL ${state.sandbox?.address?.serverVersion ?? ''}` });
    if (state.stage === 'sandbox broken')
      this.#close({ failed: true, detail: state.findings.at(-1)?.message ?? '' });
  }

  #checked(number: number): void {
    this.#checksDone += number;
    this.#progress.stepProgress(stateNames.runChecks, `${this.#checksDone} of ${this.#checksPlanned}`);
  }

  #left(state: DrillState): void {
    if (state.stage !== 'sandbox gone') return;
    const failed = state.drillFindings.some(({ code }) => code === 'TEARDOWN_FAILED');
    // Not gone and no failure: it is kept, as it was asked for.
    const left = state.teardown?.confirmed === false ? { detail: state.teardown.detail } : {};
    this.#close({ failed, ...left });
  }

  #restored(summary: RestoredSummary): void {
    this.#close({
      failed: !summary.complete,
      detail:
        summary.walBytes === undefined
          ? `${formatCountOf(summary.rowsLoaded, 'row')}${summary.complete ? '' : '; the dump could not be read to its end'}`
          : recoveredText(summary.bytesRead, summary.walBytes),
    });
  }

  #close(ending: { detail?: string; failed?: boolean }): void {
    if (this.#open === null) return;
    const { name, beganAt } = this.#open;
    const checks =
      name === stateNames.runChecks ? { detail: `${this.#checksDone} of ${this.#checksPlanned}` } : {};
    this.#progress.stepEnded(name, { seconds: (performance.now() - beganAt) / 1000, ...checks, ...ending });
    this.#open = null;
  }
}

const recoveredText = (unpackedBytes: number, walBytes: number | null): string =>
  `${formatBytes(unpackedBytes)} unpacked, ${walBytes === null ? 'and not recovered' : `${formatBytes(walBytes)} of WAL replayed`}`;
