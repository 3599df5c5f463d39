const NEAR_BOTTOM_PX = 160;

/**
 * Scrolls to the bottom of an element as its content grows, unless the user has scrolled up. If the
 * element does not scroll itself, the page does.
 */
export class BottomFollower {
  private element: HTMLElement | null = null;
  private isAtBottom = true;
  private lastTop = 0;
  /** Where the page was scrolled to. */
  private pageTop: number | null = null;
  /** What is to stay in its place when something grows above it, and where that is. */
  private anchor: { element: Element; top: number } | null = null;

  constructor(private readonly onChange: (isAtBottom: boolean) => void) {}

  /** Follows an element with one child until the returned function is called. */
  follow(element: HTMLElement): () => void {
    this.element = element;
    const observer = new ResizeObserver(() => this.onGrowth());
    for (const content of element.children) observer.observe(content);
    const onScroll = () => this.onScroll();
    const options = { passive: true };
    element.addEventListener('scroll', onScroll, options);
    window.addEventListener('scroll', onScroll, options);
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', onScroll);
      window.removeEventListener('scroll', onScroll);
      this.element = null;
    };
  }

  scrollToBottom() {
    if (this.element === null) return;
    this.element.scrollTop = this.element.scrollHeight;
    const below = distanceBelowPage(this.element);
    // Content that has shrunk is followed back, unless the user has scrolled on below it.
    if (below > 0 || window.scrollY === this.pageTop)
      window.scrollBy({ top: below, behavior: 'instant' });
    this.pageTop = window.scrollY;
    this.setAtBottom(true);
  }

  /** Keeps an element in its place while something is added above it. */
  keepPlace(element: Element) {
    this.setAtBottom(false);
    this.anchor = { element, top: element.getBoundingClientRect().top };
  }

  private onGrowth() {
    if (this.isAtBottom) this.scrollToBottom();
    else if (this.anchor?.element.isConnected)
      this.scrollBy(this.anchor.element.getBoundingClientRect().top - this.anchor.top);
  }

  private onScroll() {
    if (this.element === null) return;
    const top = this.element.scrollTop + window.scrollY;
    const isNear = this.distanceBelow(this.element) < NEAR_BOTTOM_PX;
    // Growth can move the bottom far away: only scrolling up detaches from it.
    if (isNear || top < this.lastTop) this.setAtBottom(isNear);
    this.lastTop = top;
    if (this.anchor) this.anchor.top = this.anchor.element.getBoundingClientRect().top;
  }

  private distanceBelow(element: HTMLElement): number {
    const inElement = element.scrollHeight - element.clientHeight - element.scrollTop;
    return Math.max(inElement, distanceBelowPage(element));
  }

  private scrollBy(top: number) {
    if (this.element === null || Math.abs(top) < 1) return;
    const before = this.element.scrollTop;
    this.element.scrollTop = before + top;
    const rest = top - (this.element.scrollTop - before);
    if (Math.abs(rest) >= 1) window.scrollBy({ top: rest, behavior: 'instant' });
  }

  private setAtBottom(next: boolean) {
    if (next) this.anchor = null;
    if (next === this.isAtBottom) return;
    this.isAtBottom = next;
    this.onChange(next);
  }
}

/** How far the page has to scroll to the end of an element and of what stands below it. */
function distanceBelowPage(element: HTMLElement): number {
  const { bottom } = (element.parentElement ?? element).getBoundingClientRect();
  return bottom - window.innerHeight;
}
