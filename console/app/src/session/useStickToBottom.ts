import { type RefObject, useEffect, useRef, useState } from 'react';

import { BottomFollower } from './bottomFollower';

/** A container that follows its end, and what can be done with it. */
export interface BottomSticker {
  container: RefObject<HTMLDivElement | null>;
  isAtBottom: boolean;
  scrollToBottom: () => void;
  keepPlace: (element: Element) => void;
}

/** Scrolls to the bottom as the content of the container grows, unless the user has scrolled up. */
export function useStickToBottom(): BottomSticker {
  const container = useRef<HTMLDivElement>(null);
  const [isAtBottom, setAtBottom] = useState(true);
  const [follower] = useState(() => new BottomFollower(setAtBottom));
  useEffect(() => (container.current ? follower.follow(container.current) : undefined), [follower]);
  return {
    container,
    isAtBottom,
    scrollToBottom: () => follower.scrollToBottom(),
    keepPlace: (element) => follower.keepPlace(element),
  };
}
