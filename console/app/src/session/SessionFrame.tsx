import type { ReactNode } from 'react';

interface Props {
  header: ReactNode;
  children: ReactNode;
  aside: ReactNode;
}

/** What is said in the middle; documents and trail beside it, or below it where it is narrow. */
export function SessionFrame({ header, children, aside }: Props) {
  return (
    <>
      {header}
      <div className="session">
        <div className="session-content">{children}</div>
        <aside>{aside}</aside>
      </div>
    </>
  );
}
