import { Button, Flex } from '@radix-ui/themes';

import type { GenerationKind } from '../gql/graphql';
import { ModalDialog } from '../ui/ModalDialog';
import { LiveDocument } from './LiveDocument';

const SAVED_WITH_SESSION =
  'It is kept with the session, also when you close this before it is finished.';

interface Props {
  title: string;
  generations: { id: string; kind: GenerationKind }[];
  close: () => void;
  /** Said where nothing is being written. */
  emptyDescription?: string;
  /** Another one, where there can be more. */
  onAnother?: () => void;
}

/** What a dialog has asked for, as it is written. */
export function GeneratedDocumentsDialog({
  title,
  generations,
  close,
  emptyDescription: none,
  onAnother: again,
}: Props) {
  return (
    <ModalDialog
      title={title}
      description={generations.length === 0 && none ? none : SAVED_WITH_SESSION}
      close={close}
    >
      <Flex direction="column" gap="5">
        {generations.map((each) => (
          <LiveDocument key={each.id} generation={each} canEdit />
        ))}
        <Flex justify="end" gap="3">
          {again && (
            <Button variant="soft" color="gray" onClick={again}>
              Another one
            </Button>
          )}
          <Button variant="soft" onClick={close}>
            Done
          </Button>
        </Flex>
      </Flex>
    </ModalDialog>
  );
}
