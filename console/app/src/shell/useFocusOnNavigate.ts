import { useEffect, useRef } from 'react';

/** Moves the focus to the content after a navigation, unless the page has focused an element. */
export function useFocusOnNavigate(pathname: string) {
  const previousPathname = useRef(pathname);
  useEffect(() => {
    if (previousPathname.current === pathname) return;
    previousPathname.current = pathname;
    const content = document.getElementById('content');
    if (!content?.contains(document.activeElement)) content?.focus({ preventScroll: true });
  }, [pathname]);
}
