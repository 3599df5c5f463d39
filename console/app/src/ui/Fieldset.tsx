import { Text } from '@radix-ui/themes';
import type { ReactNode } from 'react';

/** A group of inputs with a legend. */
export function Fieldset({ label, children }: { label: string; children: ReactNode }) {
  return (
    <fieldset>
      <Text as="div" size="2" weight="bold" mb="2" asChild>
        <legend>{label}</legend>
      </Text>
      {children}
    </fieldset>
  );
}
