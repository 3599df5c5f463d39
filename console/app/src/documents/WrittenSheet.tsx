import { Button, Flex } from '@radix-ui/themes';

import type { GenerationKind } from '../gql/graphql';
import { Sheet } from '../ui/Sheet';
import { LiveDocument } from './LiveDocument';

interface Props {
  title: string;
  generations: { id: string; kind: GenerationKind }[];
  close: () => void;
  /** Another one, where there can be more. */
  again?: () => void;
}

/** What a dialog has asked for, as it is written. */
export function WrittenSheet({ title, generations, close, again }: Props) {
  return (
    <Sheet
      title={title}
      description="It is kept with the session, also when you close this before it is finished."
      close={close}
    >
      <Flex direction="column" gap="5">
        {generations.map((each) => (
          <LiveDocument key={each.id} generation={each} />
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
