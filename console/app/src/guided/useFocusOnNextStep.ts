import { type RefObject, useEffect, useRef } from 'react';

/** Moves the focus to the steps after an answer, because the pressed button no longer exists. */
export function useFocusOnNextStep(
  container: RefObject<HTMLElement | null>,
  stepId: string | undefined,
) {
  const previousId = useRef(stepId);
  useEffect(() => {
    if (previousId.current === stepId) return;
    previousId.current = stepId;
    if (document.activeElement === document.body) container.current?.focus({ preventScroll: true });
  }, [container, stepId]);
}
