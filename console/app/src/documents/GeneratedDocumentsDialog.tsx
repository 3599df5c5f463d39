import { Button, Flex } from '@radix-ui/themes';

import type { GenerationKind } from '../gql/graphql';
import { Sheet } from '../ui/ModalDialog';
import { LiveDocument } from './LiveDocument';

const KEPT = 'It is kept with the session, also when you close this before it is finished.';

interface Props {
  title: string;
  generations: { id: string; kind: GenerationKind }[];
  close: () => void;
  /** Said where nothing is being written. */
  none?: string;
  /** Another one, where there can be more. */
  again?: () => void;
}

/** What a dialog has asked for, as it is written. */
export function WrittenSheet({ title, generations, close, none, again }: Props) {
  return (
    <Sheet title={title} description={generations.length === 0 && none ? none : KEPT} close={close}>
      <Flex direction="column" gap="5">
        {generations.map((each) => (
          <LiveDocument key={each.id} generation={each} mayEdit />
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
    </Sheet>
  );
}
