import { type ReactNode, useRef } from 'react';

import { useFocusableScroller } from './useFocusableScroller';

interface Props {
  label: string;
  className: string;
  children: ReactNode;
}

/** A part of a text that scrolls by itself, such as a wide table. */
export function ScrollBox({ label, className, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const isScrollable = useFocusableScroller(box);
  return (
    <div
      ref={box}
      className={className}
      role={isScrollable ? 'region' : undefined}
      aria-label={isScrollable ? label : undefined}
      tabIndex={isScrollable ? 0 : undefined}
    >
      {children}
    </div>
  );
}
