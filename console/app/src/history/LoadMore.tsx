import { Button, Flex } from '@radix-ui/themes';

import { useInfiniteScroll } from './useInfiniteScroll';

/** More comes by scrolling; the button is for those who do not scroll, and for another try. */
export function LoadMore({
  isLoading,
  more: onLoadMore,
}: {
  isLoading: boolean;
  more: () => void;
}) {
  const end = useInfiniteScroll(onLoadMore);
  return (
    <Flex ref={end} justify="center" py="4">
      <Button variant="soft" loading={isLoading} onClick={onLoadMore}>
        Show more
      </Button>
    </Flex>
  );
}
