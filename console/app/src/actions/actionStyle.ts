import type { ButtonProps } from '@radix-ui/themes';
import {
  CircleArrowUp,
  CircleCheck,
  CirclePause,
  CirclePlay,
  CircleX,
  Hand,
  type LucideIcon,
  Megaphone,
  RotateCcw,
} from 'lucide-react';

import type { SessionAction } from '../gql/graphql';
import { assertNever } from '../ui/assertNever';

interface ActionStyle {
  label: string;
  icon: LucideIcon;
  color?: ButtonProps['color'];
}

/** The button of an action in the session's header; null for actions that have their own form. */
export function actionStyle(action: SessionAction): ActionStyle | null {
  switch (action) {
    case 'RESOLVE':
      return { label: 'Resolve', icon: CircleCheck, color: 'green' };
    case 'ESCALATE':
      return { label: 'Escalate', icon: CircleArrowUp, color: 'red' };
    case 'CLAIM':
      return { label: 'Claim', icon: Hand };
    case 'STATUS_UPDATE':
      return { label: 'Share update', icon: Megaphone };
    case 'PAUSE':
      return { label: 'Pause', icon: CirclePause, color: 'gray' };
    case 'RESUME':
      return { label: 'Resume', icon: CirclePlay };
    case 'REOPEN':
      return { label: 'Reopen', icon: RotateCcw };
    case 'ABANDON':
      return { label: 'Close', icon: CircleX, color: 'gray' };
    case 'SEND_CHAT_MESSAGE':
    case 'RESPOND_TO_STEP':
    case 'REGENERATE':
    case 'RENAME':
    case 'RATE':
    case 'DELETE':
    case 'EDIT_DOCUMENT':
    case 'LINK_TICKET':
      return null;
    default:
      return assertNever(action);
  }
}

/** The order of the buttons, independent of the order in `allowedActions`. */
export const ACTION_ORDER: SessionAction[] = [
  'CLAIM',
  'RESUME',
  'REOPEN',
  'RESOLVE',
  'ESCALATE',
  'STATUS_UPDATE',
  'PAUSE',
  'ABANDON',
];
