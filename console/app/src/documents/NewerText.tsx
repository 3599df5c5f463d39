import { Callout, Flex, Text, TextArea } from '@radix-ui/themes';
import { GitCompare } from 'lucide-react';

import { CopyButton } from '../ui/CopyButton';

/** The text that others have stored while the user was editing, below the user's own. */
export function NewerText({ title, markdown }: { title: string; markdown: string }) {
  const label = `${title}, newer text`;
  return (
    <Flex direction="column" gap="2">
      <Callout.Root color="amber" role="alert" size="1">
        <Callout.Icon>
          <GitCompare size={16} aria-hidden />
        </Callout.Icon>
        <Callout.Text>
          This document was changed while you were editing. Above is your text, below the newer one.
          Take what you need from it, then save yours, or take the newer text.
        </Callout.Text>
      </Callout.Root>
      <Flex align="center" justify="between" gap="3">
        <Text weight="bold" size="2">
          Newer text
        </Text>
        <CopyButton text={markdown} label={`Copy ${label.toLowerCase()}`} />
      </Flex>
      <TextArea className="editor" aria-label={label} readOnly value={markdown} />
    </Flex>
  );
}
