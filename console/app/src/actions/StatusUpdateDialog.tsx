import { Flex, RadioGroup, SegmentedControl } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import type { GenerationKind, StatusUpdateAudience, StatusUpdateLength } from '../gql/graphql';
import { DialogButtons } from '../ui/DialogButtons';
import { Fieldset } from '../ui/Fieldset';
import { ModalDialog } from '../ui/ModalDialog';
import { MutationError } from '../ui/MutationError';
import { submitOnCtrlEnter } from '../ui/submitOnCtrlEnter';
import { STATUS_UPDATE_MUTATION } from './statusUpdate';

const AUDIENCE_LABELS: Record<StatusUpdateAudience, string> = {
  CLIENT_UPDATE: 'The client, in plain words',
  EMAIL_DRAFT: 'The client, as an e-mail',
  REQUEST_INFO: 'The client, asking for what is missing',
  TICKET_NOTES: 'Technicians, in the ticket',
};
const LENGTH_LABELS: Record<StatusUpdateLength, string> = {
  QUICK: 'Short',
  DETAILED: 'Detailed',
};

interface Props {
  id: string;
  onClose: () => void;
}

export function StatusUpdateDialog({ id, onClose }: Props) {
  const [audience, setAudience] = useState<StatusUpdateAudience>('CLIENT_UPDATE');
  const [length, setLength] = useState<StatusUpdateLength>('QUICK');
  const [generation, setGeneration] = useState<{ id: string; kind: GenerationKind } | null>(null);
  const { run, isRunning, failure } = useResultMutation(STATUS_UPDATE_MUTATION, {
    keyName: `statusUpdate.${id}`,
  });

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await run({ input: { sessionId: id, audience, length } });
    if (done) setGeneration(done.generation);
  }

  if (generation) {
    return (
      <GeneratedDocumentsDialog
        title="Status update"
        generations={[generation]}
        onClose={onClose}
        onAnother={() => setGeneration(null)}
      />
    );
  }
  return (
    <ModalDialog
      title="Share update"
      description="Writes where things stand, for the readers you choose. The session itself does not change."
      onClose={onClose}
    >
      <form onSubmit={(event) => void submit(event)} onKeyDown={submitOnCtrlEnter}>
        <Flex direction="column" gap="4">
          <Fieldset label="For whom">
            <RadioGroup.Root
              value={audience}
              onValueChange={(value) => setAudience(value as StatusUpdateAudience)}
            >
              {Object.entries(AUDIENCE_LABELS).map(([value, label]) => (
                <RadioGroup.Item key={value} value={value}>
                  {label}
                </RadioGroup.Item>
              ))}
            </RadioGroup.Root>
          </Fieldset>
          <Fieldset label="How long">
            <SegmentedControl.Root
              value={length}
              onValueChange={(value) => setLength(value as StatusUpdateLength)}
            >
              {Object.entries(LENGTH_LABELS).map(([value, label]) => (
                <SegmentedControl.Item key={value} value={value}>
                  {label}
                </SegmentedControl.Item>
              ))}
            </SegmentedControl.Root>
          </Fieldset>
          <MutationError failure={failure} />
          <DialogButtons label="Write it" isRunning={isRunning} onCancel={onClose} />
        </Flex>
      </form>
    </ModalDialog>
  );
}
