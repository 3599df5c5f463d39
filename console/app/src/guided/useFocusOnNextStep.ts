import { type RefObject, useEffect, useRef } from 'react';

/** Whoever has answered goes on at the next step: the button that was pressed is gone. */
export function useFocusOnNextStep(
  path: RefObject<HTMLElement | null>,
  stepId: string | undefined,
) {
  const before = useRef(stepId);
  useEffect(() => {
    if (before.current === stepId) return;
    before.current = stepId;
    if (document.activeElement === document.body) path.current?.focus({ preventScroll: true });
  }, [path, stepId]);
}
