import { Badge, type BadgeProps } from '@radix-ui/themes';

import type { SessionStatus } from '../gql/graphql';
import { sentenceCase } from '../ui/format';

const COLORS: Record<SessionStatus, BadgeProps['color']> = {
  ACTIVE: 'blue',
  PAUSED: 'amber',
  RESOLVED: 'green',
  ESCALATED: 'red',
  ABANDONED: 'gray',
};

export function StatusBadge({ status }: { status: SessionStatus }) {
  return (
    <Badge color={COLORS[status]} variant="surface">
      {sentenceCase(status)}
    </Badge>
  );
}
