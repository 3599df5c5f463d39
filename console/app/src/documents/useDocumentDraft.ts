import { useState } from 'react';

import { persistedItem } from '../ui/persistedState';
import { useDraft } from '../ui/useDraft';

interface Original {
  id: string;
  markdown: string;
  version: number;
}

/**
 * A draft of a document, which knows the version of the text that it was begun on. It is outdated
 * if others have changed that text since.
 */
export function useDocumentDraft({ id, markdown, version }: Original) {
  const draft = useDraft(`document.${id}`, markdown);
  const item = persistedItem(`draftVersion.document.${id}`);
  const [begunOn, setBegunOn] = useState(() => {
    const stored = item.get();
    return stored === null ? version : Number(stored);
  });

  /** The draft now takes this version of the text into account. */
  function rebase(onto: number) {
    setBegunOn(onto);
    item.set(String(onto));
  }

  function setText(text: string) {
    if (!draft.isBegun) rebase(version);
    draft.setText(text);
  }

  const isChanged = draft.text !== markdown;
  const isOutdated = draft.isBegun && isChanged && begunOn !== version;
  return {
    ...draft,
    setText,
    rebase,
    isChanged,
    isOutdated,
    version: draft.isBegun ? begunOn : version,
  };
}
