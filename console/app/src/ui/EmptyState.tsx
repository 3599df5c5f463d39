import { Flex, Heading, Text } from '@radix-ui/themes';
import type { ReactNode } from 'react';

interface Props {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
  role?: 'alert' | 'status';
  /** Whether it is all of the page: its title is the page's. */
  isPage?: boolean;
}

/** Replaces content that is empty, missing or not allowed. */
export function EmptyState({ icon, title, children, role, isPage = false }: Props) {
  return (
    <Flex direction="column" align="center" gap="2" py="8" px="4" role={role} className="notice">
      {icon}
      <Heading as={isPage ? 'h1' : 'h2'} size="4" align="center">
        {title}
      </Heading>
      <Text as="div" align="center">
        {children}
      </Text>
    </Flex>
  );
}
