import { Flex, Skeleton } from '@radix-ui/themes';

export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <Flex direction="column" gap="3" py="3" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height="56px" />
      ))}
    </Flex>
  );
}
