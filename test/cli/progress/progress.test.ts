import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createProgress } from '../../../lib/cli/progress/create-progress.ts';
import type { DrillProgress } from '../../../lib/cli/progress/drill-progress.ts';
import { createJsonProgress } from '../../../lib/cli/progress/json-progress.ts';
import { PaceMeter } from '../../../lib/cli/progress/pace.ts';
import { createPlainProgress } from '../../../lib/cli/progress/plain-progress.ts';
import { progressEvent } from '../../../lib/cli/progress/progress-events.ts';
import { restoreProgressText } from '../../../lib/cli/progress/restore-text.ts';
import { createTerminalProgress } from '../../../lib/cli/progress/terminal-progress.ts';
import { hostileName, unsafeOnTerminal } from '../../support/hostile-record.ts';
import { RecordingStream } from '../../support/recording-stream.ts';

const restore = 'Restore dump into sandbox';
/** JSON escapes them, so that no terminal acts on a line. */
const unsafeInJson = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u;

describe('progress in a pipe', () => {
  test('is a line when a step begins and one when it ends', () => {
    const stream = new RecordingStream();
    const progress = createPlainProgress(stream);
    progress.stepBegan('Select dump');
    progress.stepEnded('Select dump', { seconds: 0.3, detail: 'shop.dump, 12.3 MB' });
    progress.note('fetching the PostgreSQL 16 server');
    progress.stepBegan(restore, 'shop.dump');
    progress.stepEnded(restore, { seconds: 75, detail: 'the server went away', failed: true });
    expect(stream.text).toMatchInlineSnapshot(`
      "Select dump
      Select dump: done in 0.3 s, shop.dump, 12.3 MB
      fetching the PostgreSQL 16 server
      Restore dump into sandbox: shop.dump
      Restore dump into sandbox: failed after 1 min 15 s, the server went away
      "
    `);
  });

  describe('in a step that goes on', () => {
    afterEach(() => void vi.useRealTimers());

    test('is a line every 30 s, with news or without', () => {
      vi.useFakeTimers();
      const stream = new RecordingStream();
      const progress = createPlainProgress(stream, () => Date.now() / 1000);
      progress.stepBegan(restore);
      vi.advanceTimersByTime(29_000);
      progress.stepProgress(restore, '7 % of 1.0 GB');
      vi.advanceTimersByTime(62_000);
      progress.stepEnded(restore, { seconds: 91 });
      progress.stepBegan('Run checks');
      vi.advanceTimersByTime(31_000);
      progress.close();
      vi.advanceTimersByTime(60_000);
      expect(stream.text.split('\n')).toEqual([
        restore,
        `${restore}: 7 % of 1.0 GB, for 30 s so far`,
        `${restore}: 7 % of 1.0 GB, for 1 min so far`,
        `${restore}: 7 % of 1.0 GB, for 1 min 30 s so far`,
        `${restore}: done in 1 min 31 s`,
        'Run checks',
        'Run checks: for 30 s so far',
        '',
      ]);
    });
  });

  test('writes no control character, whatever a name holds', () => {
    const stream = new RecordingStream();
    const progress = createPlainProgress(stream);
    progress.stepBegan(restore, hostileName);
    progress.note(hostileName);
    expect(stream.writes).toHaveLength(2);
    for (const line of stream.writes) expect(unsafeOnTerminal.test(line.slice(0, -1))).toBe(false);
  });

  test('is silent after close', () => {
    const stream = new RecordingStream();
    const progress = createPlainProgress(stream);
    progress.close();
    progress.stepBegan(restore);
    progress.note('late');
    progress.stepEnded(restore, { seconds: 1 });
    expect(stream.text).toBe('');
  });
});

describe('progress on a terminal', () => {
  afterEach(() => void vi.useRealTimers());

  const plainTerminal = { NO_COLOR: '1' };
  const hideCursor = '\u001b[?25l';
  const showCursor = '\u001b[?25h';
  /** Lines that stay: written whole, with a line end, and not part of a redraw. */
  const kept = (stream: RecordingStream) =>
    stream.writes
      .map((write) => stripVTControlCharacters(write))
      .filter((text) => /^(✔|✖| {2}\S)/.test(text));

  test('keeps a line for each step that ended, and each note', () => {
    const stream = new RecordingStream(100);
    const progress = createTerminalProgress(stream, plainTerminal);
    progress.stepBegan('Select dump');
    progress.note('fetching the PostgreSQL 16 server');
    progress.stepEnded('Select dump', { seconds: 0.3, detail: 'shop.dump, 12.3 MB' });
    progress.stepBegan(restore);
    progress.stepEnded(restore, { seconds: 75, detail: 'the server went away', failed: true });
    progress.close();
    expect(kept(stream).join('')).toMatchInlineSnapshot(`
      "  fetching the PostgreSQL 16 server
      ✔ Select dump                     0.3 s  shop.dump, 12.3 MB
      ✖ Restore dump into sandbox  1 min 15 s  the server went away
      "
    `);
  });

  test('redraws what runs, with its time and what it last said', () => {
    vi.useFakeTimers();
    const stream = new RecordingStream(100);
    let now = 0;
    const progress = createTerminalProgress(stream, plainTerminal, () => now);
    progress.stepBegan(restore);
    now = 61;
    progress.stepProgress(restore, '19.0 MB of 40.0 MB (47 %), 91,428 rows, public.orders');
    vi.advanceTimersByTime(250);
    progress.close();
    const drawn = stream.writes
      .map((write) => stripVTControlCharacters(write))
      .filter((text) => text.includes('MB'));
    expect(drawn.at(-1)).toMatch(
      /^\S Restore dump into sandbox +1 min 1 s {2}19\.0 MB of 40\.0 MB.*public\.orders\n$/,
    );
  });

  test('shows steps that overlap, and a step again that repeats', () => {
    const stream = new RecordingStream(100);
    const progress = createTerminalProgress(stream, plainTerminal, () => 0);
    progress.stepBegan(restore);
    progress.stepBegan('Run checks', '3 of 41');
    const both = stripVTControlCharacters(stream.writes.at(-1) ?? '');
    progress.stepEnded(restore, { seconds: 1 });
    progress.stepEnded('Run checks', { seconds: 1 });
    progress.stepBegan(restore);
    progress.stepEnded(restore, { seconds: 2 });
    progress.close();
    expect(
      both
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(2).trimEnd()),
    ).toEqual(['Restore dump into sandbox         0 s', 'Run checks                        0 s  3 of 41']);
    expect(kept(stream).filter((line) => line.includes(restore))).toHaveLength(2);
  });

  test.each([12, 30, 60])('cuts lines to %i columns', (columns) => {
    const stream = new RecordingStream(columns);
    const progress = createTerminalProgress(stream, plainTerminal);
    progress.stepBegan(restore, 'x'.repeat(300));
    progress.stepEnded(restore, { seconds: 1, detail: 'y'.repeat(300) });
    progress.note(hostileName);
    progress.close();
    const lines = stream.writes.flatMap((write) => stripVTControlCharacters(write).split('\n'));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
  });

  test('hides the cursor, gives it back at close, and is silent afterwards', () => {
    vi.useFakeTimers();
    const stream = new RecordingStream(80);
    const progress = createTerminalProgress(stream, plainTerminal);
    expect(stream.text).toBe(hideCursor);
    progress.stepBegan(restore);
    progress.close();
    const atClose = stream.text;
    expect(atClose.endsWith(showCursor)).toBe(true);
    progress.note('late');
    progress.stepBegan(restore);
    progress.stepProgress(restore, 'late');
    progress.stepEnded(restore, { seconds: 1 });
    progress.close();
    vi.advanceTimersByTime(250);
    expect(stream.text).toBe(atClose);
  });

  test('is only drawn where it can be redrawn', async () => {
    const draws = async (stream: RecordingStream, env: NodeJS.ProcessEnv) => {
      (await createProgress(stream, env)).close();
      return stream.text.includes(hideCursor);
    };
    expect(await draws(new RecordingStream(80), { TERM: 'xterm' })).toBe(true);
    expect(await draws(new RecordingStream(80), { TERM: 'dumb' })).toBe(false);
    expect(await draws(new RecordingStream(80), { TERM: 'xterm', CI: 'true' })).toBe(false);
    expect(await draws(new RecordingStream(), { TERM: 'xterm' })).toBe(false);
  });
});

describe('the progress of a restore in words', () => {
  const progress = {
    bytesRead: 19e6,
    bytesTotal: 40e6,
    entriesDone: 12,
    rowsLoaded: 91_428,
    currentObject: 'public.orders',
    phase: 'data' as const,
  };

  test.each([
    [progress, null, '47 % of 40.0 MB, 91,428 rows, public.orders'],
    [{ ...progress, bytesTotal: null, currentObject: null }, null, '19.0 MB, 91,428 rows'],
    [{ ...progress, rowsLoaded: 0 }, null, '47 % of 40.0 MB, 12 entries, public.orders'],
    [{ ...progress, rowsLoaded: 1 }, null, '47 % of 40.0 MB, 1 row, public.orders'],
    [{ ...progress, bytesTotal: 10e6 }, null, '100 % of 10.0 MB, 91,428 rows, public.orders'],
    [
      progress,
      { bytesPerSecond: 5.14e6, secondsLeft: 71.4 },
      '47 % of 40.0 MB, 5.1 MB/s, 1 min 11 s left, 91,428 rows, public.orders',
    ],
    [
      { ...progress, bytesTotal: null },
      { bytesPerSecond: 5.14e6, secondsLeft: null },
      '19.0 MB, 5.1 MB/s, 91,428 rows, public.orders',
    ],
    [
      { ...progress, phase: 'replay' as const },
      { bytesPerSecond: 5e6, secondsLeft: 4 },
      '47 % of 40.0 MB, 5.0 MB/s, 4 s left, replaying WAL',
    ],
    [{ ...progress, phase: 'open' as const, bytesRead: 0 }, null, 'opening the cluster'],
  ])('%#', (given, pace, text) => {
    expect(restoreProgressText(given, pace)).toBe(text);
  });
});

describe('the pace of a restore', () => {
  const megabyte = 1e6;

  test('is that of the last 15 s, and says how long the rest will take', () => {
    const meter = new PaceMeter();
    for (let second = 0; second <= 30; second += 1)
      meter.measure('dump', second, second * megabyte, 100 * megabyte);
    for (let second = 31; second <= 50; second += 1)
      meter.measure('dump', second, (30 + (second - 30) / 2) * megabyte, 100 * megabyte);
    expect(meter.measure('dump', 51, 40.5 * megabyte, 100 * megabyte)).toEqual({
      bytesPerSecond: megabyte / 2,
      secondsLeft: 119,
    });
  });

  test('is not told too early, of nothing that passes, when all is read, and without a total has no end', () => {
    const meter = new PaceMeter();
    expect(meter.measure('dump', 0, 0, 10)).toBeNull();
    expect(meter.measure('dump', 1, 5, 10)).toBeNull();
    expect(meter.measure('dump', 4, 8, null)).toEqual({ bytesPerSecond: 2, secondsLeft: null });
    expect(meter.measure('dump', 5, 10, 10)).toBeNull();
    expect(new PaceMeter().measure('dump', 0, 3, 10)).toBeNull();
  });

  test('begins anew with another phase, and with an older dump', () => {
    const meter = new PaceMeter();
    meter.measure('unpack', 0, 0, 100);
    expect(meter.measure('unpack', 10, 50, 100)?.bytesPerSecond).toBe(5);
    expect(meter.measure('replay', 11, 60, 100)).toBeNull();
    expect(meter.measure('replay', 14, 10, 100)).toBeNull();
  });
});

describe('progress for programs', () => {
  const at = new Date('2026-11-29T12:00:00.000Z');
  const told = (tell: (progress: DrillProgress) => void): unknown[] => {
    const stream = new RecordingStream();
    tell(createJsonProgress(stream, () => at));
    expect(stream.text).not.toMatch(unsafeInJson);
    return stream.text
      .trimEnd()
      .split('\n')
      .map((line) => progressEvent.parse(JSON.parse(line)));
  };

  test('is one JSON object per line, as its schema says', () => {
    const figures = {
      phase: 'data',
      ...{ bytesDone: 1, bytesTotal: 4, percent: 25, bytesPerSecond: null, secondsLeft: null },
      ...{ rows: 3, object: 'public.orders' },
    };
    expect(
      told((progress) => {
        progress.stepBegan(restore);
        progress.stepProgress(restore, '25 %', figures);
        progress.stepProgress('Run checks', '1 of 2');
        progress.stepEnded(restore, { seconds: 1.5, failed: true, detail: 'no\nmore' });
        progress.note(hostileName);
        progress.close();
        progress.note('late');
      }),
    ).toMatchObject([
      { event: 'step-began', at: at.toISOString(), step: restore, detail: null },
      { event: 'progress', text: '25 %', restore: figures },
      { event: 'progress', step: 'Run checks', restore: null },
      { event: 'step-ended', seconds: 1.5, failed: true, detail: 'no\nmore' },
      { event: 'note', text: hostileName },
    ]);
  });
});

test('quiet progress keeps what a person must know', async () => {
  const stream = new RecordingStream();
  const progress = await createProgress(stream, {}, { quiet: true });
  progress.stepBegan(restore);
  progress.stepProgress(restore, '1 %');
  progress.note('connect with: psql');
  progress.stepEnded(restore, { seconds: 1 });
  expect(stream.text).toBe('connect with: psql\n');
});
