import type { DrillState } from '../../../domain/drill/drill-state.ts';
import { visibleText } from '../../../domain/text/visible-text.ts';
import type { Notice } from '../../../ports/notifier.ts';
import { approvalNeededMessage } from './approval-needed.ts';
import type { NoticePlaces } from './console-links.ts';
import { drillSealedMessage } from './drill-sealed.ts';
import type { Message } from './message.ts';
import { restorePlannedMessage } from './restore-planned.ts';

/** A notice in words, and what it is about, for filters of subscribers. */
interface RenderedNotice {
  message: Message;
  about: { database: string; mode: string; verdict?: string };
}

/** The text of a notice, the same for every notifier. */
export function renderNotice(notice: Notice, places: NoticePlaces): RenderedNotice {
  switch (notice.kind) {
    case 'restore planned':
      return {
        message: restorePlannedMessage(notice.state, notice.lastProven, places),
        about: aboutRestore(notice.state),
      };
    case 'approval needed':
      return { message: approvalNeededMessage(notice, places), about: aboutRestore(notice.state) };
    case 'drill sealed': {
      const { database, mode, verdict } = notice.record;
      return {
        message: drillSealedMessage(notice.record, places),
        about: { database: visibleText(database), mode, verdict },
      };
    }
  }
}

const aboutRestore = ({ database, request }: DrillState) => ({
  database: visibleText(database),
  mode: request.mode,
});
