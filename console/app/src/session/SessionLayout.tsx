import { type ReactNode, useRef } from 'react';

import { useFocusableScroller } from '../ui/useFocusableScroller';

interface Props {
  header?: ReactNode;
  children: ReactNode;
  aside?: ReactNode;
  /** Links to other sessions. */
  sidebar?: ReactNode;
}

/** The session in the middle. Documents and audit trail are beside it, or below it on a phone. */
export function SessionLayout({ header, children, aside, sidebar }: Props) {
  const side = useRef<HTMLElement>(null);
  const isScrollable = useFocusableScroller(side);
  return (
    <div className={sidebar ? 'session with-side' : 'session'}>
      {sidebar && <div className="session-side">{sidebar}</div>}
      <div className="session-content">
        {header}
        {children}
      </div>
      <aside
        ref={side}
        className="session-aside"
        aria-label="Documents and audit trail"
        tabIndex={isScrollable ? 0 : undefined}
      >
        {aside}
      </aside>
    </div>
  );
}
