import type { FragmentType } from '@apollo/client';
import { Button, Flex } from '@radix-ui/themes';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { useFragment } from '../api/useFragment';
import { useResultMutation } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { ActionBarFragment, SessionAction } from '../gql/graphql';
import { buildClaimPath } from '../session/routes';
import { MutationError } from '../ui/MutationError';
import { actionStyle, ACTION_ORDER } from './actionStyle';
import { AbandonDialog } from './AbandonDialog';
import { EscalateDialog } from './EscalateDialog';
import { PAUSE_MUTATION } from './pause';
import { REOPEN_MUTATION } from './reopen';
import { ResolveDialog } from './ResolveDialog';
import { RESUME_MUTATION } from './resume';
import { StatusUpdateDialog } from './StatusUpdateDialog';

export const ACTION_BAR_FRAGMENT = graphql(`
  fragment ActionBar on AISession {
    id
    allowedActions
  }
`);

export function ActionBar({ session }: { session: FragmentType<ActionBarFragment> }) {
  const data = useFragment(ACTION_BAR_FRAGMENT, session);
  // Apart from what is allowed: a dialog stays open while its action changes that.
  const [open, setOpen] = useState<SessionAction | null>(null);
  const navigate = useNavigate();
  const pause = useResultMutation(PAUSE_MUTATION);
  const resume = useResultMutation(RESUME_MUTATION);
  const reopen = useResultMutation(REOPEN_MUTATION);
  const { id } = data;
  const input = { sessionId: id };
  const close = () => setOpen(null);

  function begin(action: SessionAction) {
    [pause, resume, reopen].forEach(({ forget }) => forget());
    if (action === 'PAUSE') void pause.run({ input });
    else if (action === 'RESUME') void resume.run({ input });
    else if (action === 'REOPEN') void reopen.run({ input });
    else if (action === 'CLAIM') void navigate(buildClaimPath(data));
    else setOpen(action);
  }

  const isRunning = pause.isRunning || resume.isRunning || reopen.isRunning;
  const shown = ACTION_ORDER.filter((action) => data.allowedActions.includes(action));
  return (
    <>
      <Flex gap="2" wrap="wrap" mt="3" role="group" aria-label="What can be done">
        {shown.map((action) => {
          const look = actionStyle(action);
          if (look === null) return null;
          const { label, icon: Icon, color } = look;
          return (
            <Button
              key={action}
              variant="soft"
              color={color}
              disabled={isRunning}
              onClick={() => begin(action)}
            >
              <Icon size={16} aria-hidden /> {label}
            </Button>
          );
        })}
      </Flex>
      <MutationError failure={pause.failure ?? resume.failure ?? reopen.failure} />
      {open === 'RESOLVE' && <ResolveDialog id={id} close={close} />}
      {open === 'ESCALATE' && <EscalateDialog id={id} close={close} />}
      {open === 'STATUS_UPDATE' && <StatusUpdateDialog id={id} close={close} />}
      {open === 'ABANDON' && <AbandonDialog id={id} close={close} />}
    </>
  );
}
