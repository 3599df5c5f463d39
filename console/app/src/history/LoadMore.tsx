import { Button, Flex } from '@radix-ui/themes';

import { useNearEnd } from './useInfiniteScroll';

/** More comes by scrolling; the button is for those who do not scroll, and for another try. */
export function End({ isLoading, more }: { isLoading: boolean; more: () => void }) {
  const end = useNearEnd(more);
  return (
    <Flex ref={end} justify="center" py="4">
      <Button variant="soft" loading={isLoading} onClick={more}>
        Show more
      </Button>
    </Flex>
  );
}
