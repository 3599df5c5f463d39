import { Badge } from '@radix-ui/themes';
import { MessageCircle, Route } from 'lucide-react';

import type { SessionType } from '../gql/graphql';
import { assertNever } from '../ui/assertNever';

export function TypeBadge({ type }: { type: SessionType }) {
  switch (type) {
    case 'GUIDED':
      return (
        <Badge color="cyan">
          <Route size={14} aria-hidden /> Guided
        </Badge>
      );
    case 'CHAT':
      return (
        <Badge color="violet">
          <MessageCircle size={14} aria-hidden /> Chat
        </Badge>
      );
    default:
      return assertNever(type);
  }
}
