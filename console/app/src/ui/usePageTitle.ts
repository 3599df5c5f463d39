import { useEffect } from 'react';

/** Sets the title of the browser tab. */
export function usePageTitle(name: string) {
  useEffect(() => {
    document.title = `${name} · Unified Sessions`;
  }, [name]);
}
