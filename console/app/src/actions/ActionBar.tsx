import type { FragmentType } from '@apollo/client';
import { Button, Flex } from '@radix-ui/themes';
import { Suspense, useState } from 'react';
import { useNavigate } from 'react-router';

import { useFragment } from '../api/useFragment';
import { graphql } from '../gql';
import type { ActionBarFragment, SessionAction } from '../gql/graphql';
import { buildClaimPath } from '../session/routes';
import { lazyComponent } from '../ui/lazyComponent';
import { MutationError } from '../ui/MutationError';
import { ACTION_ORDER, actionStyle } from './actionStyle';
import { useLifecycleMutations } from './useLifecycleMutations';

const AbandonDialog = lazyComponent(async () => (await import('./AbandonDialog')).AbandonDialog);
const EscalateDialog = lazyComponent(async () => (await import('./EscalateDialog')).EscalateDialog);
const ResolveDialog = lazyComponent(async () => (await import('./ResolveDialog')).ResolveDialog);
const StatusUpdateDialog = lazyComponent(
  async () => (await import('./StatusUpdateDialog')).StatusUpdateDialog,
);

const ACTION_BAR_FRAGMENT = graphql(`
  fragment ActionBar on AISession {
    id
    allowedActions
  }
`);

export function ActionBar({ session }: { session: FragmentType<ActionBarFragment> }) {
  const data = useFragment(ACTION_BAR_FRAGMENT, session);
  // Independent of the allowed actions: a dialog stays open after its action changes them.
  const [openDialog, setOpenDialog] = useState<SessionAction | null>(null);
  const navigate = useNavigate();
  const { id, allowedActions } = data;
  const { run, isRunning, failure } = useLifecycleMutations(id);
  const close = () => setOpenDialog(null);

  function startAction(action: SessionAction) {
    if (run(action)) return;
    if (action === 'CLAIM') void navigate(buildClaimPath(data));
    else setOpenDialog(action);
  }

  const shown = ACTION_ORDER.filter((action) => allowedActions.includes(action));
  return (
    <>
      <Flex gap="2" wrap="wrap" mt="3" role="group" aria-label="What can be done">
        {shown.map((action) => {
          const style = actionStyle(action);
          if (style === null) return null;
          const { label, icon: Icon, color } = style;
          return (
            <Button
              key={action}
              variant="soft"
              color={color}
              disabled={isRunning}
              onClick={() => startAction(action)}
            >
              <Icon size={16} aria-hidden /> {label}
            </Button>
          );
        })}
      </Flex>
      <MutationError failure={failure} />
      <Suspense>
        {openDialog === 'RESOLVE' && <ResolveDialog id={id} onClose={close} />}
        {openDialog === 'ESCALATE' && <EscalateDialog id={id} onClose={close} />}
        {openDialog === 'STATUS_UPDATE' && <StatusUpdateDialog id={id} onClose={close} />}
        {openDialog === 'ABANDON' && <AbandonDialog id={id} onClose={close} />}
      </Suspense>
    </>
  );
}
