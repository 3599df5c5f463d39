import { Button, Flex } from '@radix-ui/themes';

import type { GenerationKind } from '../gql/graphql';
import { ModalDialog } from '../ui/ModalDialog';
import { LiveDocument } from './LiveDocument';

const SAVED_WITH_SESSION =
  'The text is saved with the session, even if you close this before it is finished.';

interface Props {
  title: string;
  generations: { id: string; kind: GenerationKind }[];
  onClose: () => void;
  /** The description if there are no generations. */
  emptyDescription?: string;
  /** Requests another document, if there can be more. */
  onAnother?: () => void;
}

/** Shows the documents that a dialog requested while they are generated. */
export function GeneratedDocumentsDialog({
  title,
  generations,
  onClose,
  emptyDescription,
  onAnother,
}: Props) {
  return (
    <ModalDialog
      title={title}
      description={
        generations.length === 0 && emptyDescription ? emptyDescription : SAVED_WITH_SESSION
      }
      onClose={onClose}
    >
      <Flex direction="column" gap="5">
        {generations.map((each) => (
          <LiveDocument key={each.id} generation={each} canEdit />
        ))}
        <Flex justify="end" gap="3">
          {onAnother && (
            <Button variant="soft" color="gray" onClick={onAnother}>
              Another one
            </Button>
          )}
          <Button variant="soft" onClick={onClose}>
            Done
          </Button>
        </Flex>
      </Flex>
    </ModalDialog>
  );
}
