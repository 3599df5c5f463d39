import { Text } from '@radix-ui/themes';
import type { ReactNode } from 'react';

interface Props {
  label: string;
  hint?: string;
  children: ReactNode;
}

/** An input with its label. */
export function Field({ label, hint, children }: Props) {
  return (
    <label className="labelled">
      <Text as="div" size="2" weight="bold" mb="1">
        {label}
      </Text>
      {children}
      {hint && (
        <Text as="div" size="1" color="gray" mt="1">
          {hint}
        </Text>
      )}
    </label>
  );
}
