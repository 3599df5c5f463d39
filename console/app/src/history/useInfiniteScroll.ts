import { useEffect, useRef } from 'react';

const PRELOAD_MARGIN = '600px';

/** Calls back when the element comes near to the part of the page that is seen. */
export function useInfiniteScroll(near: () => void) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) near();
      },
      { rootMargin: PRELOAD_MARGIN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [near]);
  return end;
}
