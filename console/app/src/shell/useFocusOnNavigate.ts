import { useEffect, useRef } from 'react';

/** Who comes to another page begins there, also by keyboard, unless it has a place of its own for that. */
export function useFocusOnNavigate(pathname: string) {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    const content = document.getElementById('content');
    if (!content?.contains(document.activeElement)) content?.focus({ preventScroll: true });
  }, [pathname]);
}
