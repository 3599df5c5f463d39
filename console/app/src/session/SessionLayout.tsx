import type { ReactNode } from 'react';

interface Props {
  header?: ReactNode;
  children: ReactNode;
  aside?: ReactNode;
  /** Ways to other sessions. */
  sidebar?: ReactNode;
}

/** What is said in the middle; documents and trail beside it, or below it where it is narrow. */
export function SessionLayout({ header, children, aside, sidebar: side }: Props) {
  return (
    <div className={side ? 'session with-side' : 'session'}>
      {side && <div className="session-side">{side}</div>}
      <div className="session-content">
        {header}
        {children}
      </div>
      <aside className="session-aside">{aside}</aside>
    </div>
  );
}
