import { type RefObject, useEffect, useRef } from 'react';

/** Moves the focus to the container after a change that has removed the focused button. */
export function useFocusWhenLost(container: RefObject<HTMLElement | null>, change: unknown) {
  const previous = useRef(change);
  useEffect(() => {
    if (previous.current === change) return;
    previous.current = change;
    if (document.activeElement === document.body) container.current?.focus({ preventScroll: true });
  }, [container, change]);
}
