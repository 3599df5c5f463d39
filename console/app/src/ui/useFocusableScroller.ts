import { type RefObject, useEffect, useState } from 'react';

/** Whether an element scrolls: then the keyboard has to reach it, or nobody without a mouse can. */
export function useFocusableScroller(element: RefObject<HTMLElement | null>): boolean {
  const [isScrollable, setScrollable] = useState(false);
  useEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    const update = () =>
      setScrollable(box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
    const sizes = new ResizeObserver(update);
    const observeSizes = () => [box, ...box.children].forEach((each) => sizes.observe(each));
    const children = new MutationObserver(observeSizes);
    children.observe(box, { childList: true });
    observeSizes();
    return () => {
      sizes.disconnect();
      children.disconnect();
    };
  }, [element]);
  return isScrollable;
}
