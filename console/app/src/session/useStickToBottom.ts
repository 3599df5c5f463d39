import { useEffect, useRef } from 'react';

const NEAR_BOTTOM_PX = 160;

/**
 * Scrolls to the bottom as the content grows, unless the user has scrolled up. The ref is for the
 * container. If it does not scroll itself, the page does.
 */
export function useStickToBottom() {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = container.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    let isAtBottom = true;
    let lastTop = 0;
    const distanceBelowContainer = () =>
      element.scrollHeight - element.clientHeight - element.scrollTop;
    const distanceBelowPage = () => element.getBoundingClientRect().bottom - window.innerHeight;
    const onScroll = () => {
      const top = element.scrollTop + window.scrollY;
      const isNear =
        distanceBelowContainer() < NEAR_BOTTOM_PX && distanceBelowPage() < NEAR_BOTTOM_PX;
      // Growth can move the bottom far away: only scrolling up detaches from it.
      if (isNear || top < lastTop) isAtBottom = isNear;
      lastTop = top;
    };
    const observer = new ResizeObserver(() => {
      if (!isAtBottom) return;
      element.scrollTop = element.scrollHeight;
      if (distanceBelowPage() > 0)
        window.scrollBy({ top: distanceBelowPage(), behavior: 'instant' });
    });
    observer.observe(content);
    const options = { passive: true };
    element.addEventListener('scroll', onScroll, options);
    window.addEventListener('scroll', onScroll, options);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      window.removeEventListener('scroll', onScroll);
    };
  }, []);
  return container;
}
