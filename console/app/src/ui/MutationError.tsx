import { Callout } from '@radix-ui/themes';
import { CircleAlert } from 'lucide-react';

/** The message of a failed mutation. */
export function MutationError({ failure }: { failure: { message: string } | null }) {
  if (failure === null) return null;
  return (
    <Callout.Root color="red" role="alert" size="1" mt="3">
      <Callout.Icon>
        <CircleAlert size={16} aria-hidden />
      </Callout.Icon>
      <Callout.Text className="breaks">{failure.message}</Callout.Text>
    </Callout.Root>
  );
}
