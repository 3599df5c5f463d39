import { MAX_CHARACTERS, MAX_FAILURES, MAX_MILLISECONDS } from './limits';

export interface ParseRequest {
  id: number;
  text: string;
}

export interface ParseReply {
  id: number;
  blocks: string[] | null;
}

/** The blocks of a text, or null where it is shown as it is. */
export type Blocks = string[] | null;

/** What the renderer needs of a `Worker`. */
export interface WorkerPort {
  onmessage: ((event: { data: ParseReply | null }) => void) | null;
  onerror: ((event: { preventDefault(): void }) => void) | null;
  postMessage(message: ParseRequest): void;
  terminate(): void;
}

interface Job {
  text: string;
  finish: (blocks: Blocks) => void;
}

/** Texts whose blocks are kept, so that a page that is opened again shows them at once. */
const CACHED_TEXTS = 200;

/**
 * Parses texts in a worker, one after the other. A text that takes too long loses its worker, and
 * is shown as it is.
 */
export class MarkdownRenderer {
  private worker: WorkerPort | null = null;
  private isLoaded = false;
  private queue: Job[] = [];
  private running: (Job & { id: number }) | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastId = 0;
  private failures = 0;
  private cache = new Map<string, Blocks>();

  constructor(
    private readonly createWorker: () => WorkerPort,
    private readonly milliseconds = MAX_MILLISECONDS,
  ) {}

  /** The blocks of a text if they are known, otherwise undefined. */
  cached(text: string): Blocks | undefined {
    return text.length > MAX_CHARACTERS ? null : this.cache.get(text);
  }

  parse(text: string): Promise<Blocks> {
    const known = this.cached(text);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((finish) => {
      this.queue.push({ text, finish });
      this.next();
    });
  }

  /** Whether too many texts in a row have failed: the page would only burn time. */
  private get isGivenUp(): boolean {
    return this.failures >= MAX_FAILURES;
  }

  private next() {
    if (this.running) return;
    const job = this.queue.shift();
    if (!job) return;
    this.running = { ...job, id: ++this.lastId };
    if (this.isGivenUp) this.finish(null);
    else this.start();
  }

  private start() {
    if (!this.running) return;
    try {
      this.worker ??= this.load();
    } catch {
      this.fail();
      return;
    }
    // The time for loading the parser is not the text's.
    if (!this.isLoaded) return;
    this.timer = setTimeout(() => this.fail(), this.milliseconds);
    this.worker.postMessage({ id: this.running.id, text: this.running.text });
  }

  private load(): WorkerPort {
    const worker = this.createWorker();
    worker.onmessage = ({ data }) => {
      if (data === null) {
        this.isLoaded = true;
        this.start();
      } else if (data.id === this.running?.id) {
        this.failures = 0;
        this.finish(data.blocks);
      }
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.fail();
    };
    return worker;
  }

  /** The worker is not usable any more: it is busy, it has failed, or it could not be loaded. */
  private fail() {
    this.worker?.terminate();
    this.worker = null;
    this.isLoaded = false;
    this.failures += 1;
    this.finish(null);
  }

  private finish(blocks: Blocks) {
    clearTimeout(this.timer);
    const job = this.running;
    this.running = null;
    if (job) {
      this.remember(job.text, blocks);
      job.finish(blocks);
    }
    this.next();
  }

  private remember(text: string, blocks: Blocks) {
    this.cache.set(text, blocks);
    if (this.cache.size <= CACHED_TEXTS) return;
    for (const oldest of this.cache.keys()) {
      this.cache.delete(oldest);
      break;
    }
  }
}

export const markdownRenderer = new MarkdownRenderer(
  () =>
    new Worker(new URL('./markdown.worker.ts', import.meta.url), {
      type: 'module',
    }) as unknown as WorkerPort,
);
