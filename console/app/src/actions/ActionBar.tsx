import type { FragmentType } from '@apollo/client';
import { Button, Flex } from '@radix-ui/themes';
import { useState } from 'react';
import { useNavigate } from 'react-router';

import { useFragment } from '../api/useFragment';
import { useAction } from '../api/useResultMutation';
import { graphql } from '../gql';
import type { ActionBarFragment, SessionAction } from '../gql/graphql';
import { claimAddressOf } from '../session/routes';
import { Refused } from '../ui/MutationError';
import { lookOf, ORDER } from './actionStyle';
import { CloseDialog } from './AbandonDialog';
import { EscalateDialog } from './EscalateDialog';
import { Pause } from './pause';
import { Reopen } from './reopen';
import { ResolveDialog } from './ResolveDialog';
import { Resume } from './resume';
import { StatusUpdateDialog } from './StatusUpdateDialog';

export const ActionBarDocument = graphql(`
  fragment ActionBar on AISession {
    id
    allowedActions
  }
`);

export function ActionBar({ session }: { session: FragmentType<ActionBarFragment> }) {
  const data = useFragment(ActionBarDocument, session);
  // Apart from what is allowed: a dialog stays open while its action changes that.
  const [open, setOpen] = useState<SessionAction | null>(null);
  const navigate = useNavigate();
  const pause = useAction(Pause);
  const resume = useAction(Resume);
  const reopen = useAction(Reopen);
  const { id } = data;
  const input = { sessionId: id };
  const close = () => setOpen(null);

  function begin(action: SessionAction) {
    [pause, resume, reopen].forEach(({ forget }) => forget());
    if (action === 'PAUSE') void pause.run({ input });
    else if (action === 'RESUME') void resume.run({ input });
    else if (action === 'REOPEN') void reopen.run({ input });
    else if (action === 'CLAIM') void navigate(claimAddressOf(data));
    else setOpen(action);
  }

  const isRunning = pause.isRunning || resume.isRunning || reopen.isRunning;
  const shown = ORDER.filter((action) => data.allowedActions.includes(action));
  return (
    <>
      <Flex gap="2" wrap="wrap" mt="3" role="group" aria-label="What can be done">
        {shown.map((action) => {
          const look = lookOf(action);
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
      <Refused failure={pause.failure ?? resume.failure ?? reopen.failure} />
      {open === 'RESOLVE' && <ResolveDialog id={id} close={close} />}
      {open === 'ESCALATE' && <EscalateDialog id={id} close={close} />}
      {open === 'STATUS_UPDATE' && <StatusUpdateDialog id={id} close={close} />}
      {open === 'ABANDON' && <CloseDialog id={id} close={close} />}
    </>
  );
}
