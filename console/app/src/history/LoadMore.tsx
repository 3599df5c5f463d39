import { Button, Flex } from '@radix-ui/themes';

import { useInfiniteScroll } from './useInfiniteScroll';

/** Scrolling loads the next page. The button is for users who do not scroll, and for a retry. */
export function LoadMore({
  isLoading,
  onLoadMore,
}: {
  isLoading: boolean;
  onLoadMore: () => void;
}) {
  const sentinel = useInfiniteScroll(onLoadMore);
  return (
    <Flex ref={sentinel} justify="center" py="4">
      <Button variant="soft" loading={isLoading} onClick={onLoadMore}>
        Show more
      </Button>
    </Flex>
  );
}
