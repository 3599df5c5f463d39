import { Flex, RadioGroup, SegmentedControl } from '@radix-ui/themes';
import { type FormEvent, useState } from 'react';

import { useResultMutation } from '../api/useResultMutation';
import { GeneratedDocumentsDialog } from '../documents/GeneratedDocumentsDialog';
import type { GenerationKind, StatusUpdateAudience, StatusUpdateLength } from '../gql/graphql';
import { Fieldset } from '../ui/Fieldset';
import { DialogButtons } from '../ui/DialogButtons';
import { MutationError } from '../ui/MutationError';
import { ModalDialog } from '../ui/ModalDialog';
import { STATUS_UPDATE_MUTATION } from './statusUpdate';

const AUDIENCES: Record<StatusUpdateAudience, string> = {
  CLIENT_UPDATE: 'The client, in plain words',
  EMAIL_DRAFT: 'The client, as an e-mail',
  REQUEST_INFO: 'The client, asking for what is missing',
  TICKET_NOTES: 'Technicians, in the ticket',
};
const LENGTHS: Record<StatusUpdateLength, string> = {
  QUICK: 'Short',
  DETAILED: 'Detailed',
};

interface Props {
  id: string;
  close: () => void;
}

export function StatusUpdateDialog({ id, close }: Props) {
  const [audience, setAudience] = useState<StatusUpdateAudience>('CLIENT_UPDATE');
  const [length, setLength] = useState<StatusUpdateLength>('QUICK');
  const [writing, setWriting] = useState<{ id: string; kind: GenerationKind } | null>(null);
  const { run, isRunning, failure } = useResultMutation(STATUS_UPDATE_MUTATION);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await run({ input: { sessionId: id, audience, length } });
    if (done) setWriting(done.generation);
  }

  if (writing) {
    return (
      <GeneratedDocumentsDialog
        title="Status update"
        generations={[writing]}
        close={close}
        onAnother={() => setWriting(null)}
      />
    );
  }
  return (
    <ModalDialog
      title="Share update"
      description="Writes where things stand, for whoever is to know. The session goes on as it is."
      close={close}
    >
      <form onSubmit={(event) => void submit(event)}>
        <Flex direction="column" gap="4">
          <Fieldset label="For whom">
            <RadioGroup.Root
              value={audience}
              onValueChange={(value) => setAudience(value as StatusUpdateAudience)}
            >
              {Object.entries(AUDIENCES).map(([value, label]) => (
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
              {Object.entries(LENGTHS).map(([value, label]) => (
                <SegmentedControl.Item key={value} value={value}>
                  {label}
                </SegmentedControl.Item>
              ))}
            </SegmentedControl.Root>
          </Fieldset>
          <MutationError failure={failure} />
          <DialogButtons label="Write it" isRunning={isRunning} cancel={close} />
        </Flex>
      </form>
    </ModalDialog>
  );
}
