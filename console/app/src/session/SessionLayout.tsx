import type { ReactNode } from 'react';

interface Props {
  header?: ReactNode;
  children: ReactNode;
  aside?: ReactNode;
  /** Links to other sessions. */
  sidebar?: ReactNode;
}

/** The session in the middle. Documents and audit trail are beside it, or below it on a phone. */
export function SessionLayout({ header, children, aside, sidebar }: Props) {
  return (
    <div className={sidebar ? 'session with-side' : 'session'}>
      {sidebar && <div className="session-side">{sidebar}</div>}
      <div className="session-content">
        {header}
        {children}
      </div>
      <aside className="session-aside">{aside}</aside>
    </div>
  );
}
