import { useEffect, useRef } from 'react';

const PRELOAD_MARGIN = '600px';

/** Loads more when the sentinel element comes near the viewport. */
export function useInfiniteScroll(loadMore: () => void) {
  const sentinel = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = sentinel.current;
    if (element === null) return undefined;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) loadMore();
      },
      { rootMargin: PRELOAD_MARGIN },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [loadMore]);
  return sentinel;
}
