import type { Blocks, MarkdownRenderer } from './markdownRenderer';

/** What is shown of a text: the blocks of `text`, or null where it is shown as it is. */
export interface RenderedText {
  text: string;
  blocks: Blocks;
}

/** An answer is parsed again at most so often, and not for more than a fifth of the time. */
const PAUSE_MS = 50;
const PAUSE_FACTOR = 4;

/**
 * One text that may grow, such as an answer while it is written. Only the newest state is parsed:
 * a parse for each token would take quadratic time.
 */
export class GrowingText {
  private newest: string | null = null;
  private isBusy = false;
  private shown: RenderedText | null = null;
  private listener: ((rendered: RenderedText) => void) | null = null;

  constructor(private readonly renderer: MarkdownRenderer) {}

  /** Calls `listener` with each new state until the returned function is called. */
  subscribe(listener: (rendered: RenderedText) => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = null;
    };
  }

  update(text: string) {
    if (text === this.shown?.text) return;
    this.newest = text;
    if (!this.isBusy) void this.parse();
  }

  private async parse() {
    this.isBusy = true;
    while (this.newest !== null && this.listener !== null) {
      const text = this.newest;
      this.newest = null;
      const start = performance.now();
      const blocks = this.isHopeless(text) ? null : await this.renderer.parse(text);
      this.show({ text, blocks });
      const pause = Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - start));
      await new Promise((resume) => setTimeout(resume, pause));
    }
    this.isBusy = false;
  }

  /** The beginning of the text was already too much. */
  private isHopeless(text: string): boolean {
    return this.shown?.blocks === null && text.startsWith(this.shown.text);
  }

  private show(rendered: RenderedText) {
    this.shown = rendered;
    this.listener?.(rendered);
  }
}
