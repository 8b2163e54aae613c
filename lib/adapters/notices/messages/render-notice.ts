import type { DrillState } from '../../../domain/drill/drill-state.ts';
import { visibleText } from '../../../domain/text/visible-text.ts';
import type { Notice } from '../../../ports/notifier.ts';
import { approvalNeededMessage } from './approval-needed.ts';
import { attentionMessages } from './attention-changed.ts';
import type { NoticePlaces } from './console-links.ts';
import { drillSealedMessage } from './drill-sealed.ts';
import type { Message } from './message.ts';
import { restorePlannedMessage } from './restore-planned.ts';

/** A notice in words, and what it is about, for filters of subscribers. */
interface RenderedNotice {
  /** More than one only when one could not hold every name. */
  messages: Message[];
  about: { database?: string; mode?: string; verdict?: string };
}

/** The text of a notice, the same for every notifier. */
export function renderNotice(notice: Notice, places: NoticePlaces): RenderedNotice {
  switch (notice.kind) {
    case 'drill began':
      // Nobody wants a mail that says that all goes its way.
      return { messages: [], about: aboutRestore(notice.state) };
    case 'restore planned':
      return {
        messages: [restorePlannedMessage(notice.state, notice.lastProven, places)],
        about: aboutRestore(notice.state),
      };
    case 'approval needed':
      return { messages: [approvalNeededMessage(notice, places)], about: aboutRestore(notice.state) };
    case 'drill sealed': {
      const { database, mode, verdict } = notice.record;
      return {
        messages: [drillSealedMessage(notice.record, places)],
        about: { database: visibleText(database), mode, verdict },
      };
    }
    case 'attention changed':
      return { messages: attentionMessages(notice.change, places), about: {} };
  }
}

const aboutRestore = ({ database, request }: DrillState) => ({
  database: visibleText(database),
  mode: request.mode,
});
