import { useEffect } from 'react';

/** What the browser's tab is called. */
export function usePageTitle(name: string) {
  useEffect(() => {
    document.title = `${name} · Unified Sessions`;
  }, [name]);
}
