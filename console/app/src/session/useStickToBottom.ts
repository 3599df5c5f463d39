import { useEffect, useRef } from 'react';

const NEAR_BOTTOM_PX = 160;

/**
 * The end of what grows stays in sight, unless whoever reads has scrolled away from it. The element
 * is the box around it; where that does not scroll by itself, the page does.
 */
export function useStickToBottom() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    const content = element?.firstElementChild;
    if (!element || !content) return undefined;
    let isAtEnd = true;
    let lastTop = 0;
    const belowBox = () => element.scrollHeight - element.clientHeight - element.scrollTop;
    const belowPage = () => element.getBoundingClientRect().bottom - window.innerHeight;
    const note = () => {
      const top = element.scrollTop + window.scrollY;
      const isNear = belowBox() < NEAR_BOTTOM_PX && belowPage() < NEAR_BOTTOM_PX;
      // What has just grown may be far below already: only going up is going away.
      if (isNear || top < lastTop) isAtEnd = isNear;
      lastTop = top;
    };
    const observer = new ResizeObserver(() => {
      if (!isAtEnd) return;
      element.scrollTop = element.scrollHeight;
      if (belowPage() > 0) window.scrollBy({ top: belowPage(), behavior: 'instant' });
    });
    observer.observe(content);
    const options = { passive: true };
    element.addEventListener('scroll', note, options);
    window.addEventListener('scroll', note, options);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', note);
      window.removeEventListener('scroll', note);
    };
  }, []);
  return box;
}
