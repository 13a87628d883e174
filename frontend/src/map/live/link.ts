import type { Bbox } from '../bounds';
import { around, holds } from './area';
import type { Heard } from './heard';
import { ChangeSource } from './source';

export type LiveState = 'live' | 'paused' | 'offline';

export interface Listener {
  changed(heard: Heard): void;
  /** What is shown may be out of date in any way. */
  anew(): void;
  state(state: LiveState): void;
}

type Message =
  | { type: 'view'; tab: string; view: Bbox | null }
  | { type: 'views?' }
  | { type: 'heard'; heard: Heard }
  | { type: 'anew' }
  | { type: 'state'; state: LiveState; cursor: number };

const NAME = 'hazardmap live';

/**
 * Keeps a page up to date. Of all pages of one browser that are in sight, one holds a lock and the
 * connection to the server, and tells the others. A page that comes back into sight has missed
 * things, and is told to fetch anew.
 */
export class LiveLink {
  private readonly channel = 'BroadcastChannel' in window ? new BroadcastChannel(NAME) : null;
  private readonly tab = Math.random().toString(36).slice(2);
  private readonly views = new Map<string, Bbox>();
  private source: ChangeSource | null = null;
  private listening: Bbox | null = null;
  private view: Bbox | null = null;
  private letGo: (() => void) | null = null;
  private waiting: AbortController | null = null;
  private said: Message | null = null;

  constructor(
    private readonly address: string,
    private cursor: number,
    private readonly listener: Listener,
  ) {
    if (this.channel) this.channel.onmessage = (event) => this.receive(event.data as Message);
    document.addEventListener('visibilitychange', () => (document.hidden ? this.rest() : this.wake()));
    window.addEventListener('pagehide', () => this.rest());
    window.addEventListener('offline', () => this.lost());
    window.addEventListener('online', () => this.retry());
  }

  /** Begin, with what this page shows. */
  start(view: Bbox): void {
    this.view = view;
    if (document.hidden) this.listener.state('paused');
    else this.lead();
  }

  /** The page shows something else now. */
  watch(view: Bbox): void {
    this.view = view;
    if (document.hidden) return;
    this.send({ type: 'view', tab: this.tab, view });
    this.listen();
  }

  /** Try to reach the server at once. */
  retry(): void {
    this.listening = null;
    this.listen();
    this.listener.anew();
  }

  private wake(): void {
    this.listener.anew();
    this.lead();
  }

  private rest(): void {
    this.waiting?.abort();
    this.letGo?.();
    this.letGo = null;
    this.source?.close();
    this.source = null;
    this.listening = null;
    this.send({ type: 'view', tab: this.tab, view: null });
    this.listener.state('paused');
  }

  /** Become the page that listens for all, now or when the one that does so rests. */
  private lead(): void {
    if (this.view) this.send({ type: 'view', tab: this.tab, view: this.view });
    if (!('locks' in navigator)) return this.begin();
    this.waiting = new AbortController();
    const held = () =>
      new Promise<void>((resolve) => {
        this.letGo = resolve;
        this.begin();
      });
    navigator.locks.request(NAME, { signal: this.waiting.signal }, held).catch(() => undefined);
  }

  private begin(): void {
    if (this.source !== null || document.hidden) return;
    this.views.clear();
    this.source = new ChangeSource(
      this.address,
      {
        heard: (heard) => this.tell({ type: 'heard', heard }),
        anew: () => this.tell({ type: 'anew' }),
        alive: () => this.tell({ type: 'state', state: 'live', cursor: this.source?.cursor ?? this.cursor }),
        lost: () => this.lost(),
      },
      this.cursor,
    );
    this.send({ type: 'views?' });
    this.listen();
  }

  private lost(): void {
    if (this.source) this.tell({ type: 'state', state: 'offline', cursor: this.source.cursor });
  }

  /** Ask the server for what all pages in sight show, unless it is asked for that already. */
  private listen(): void {
    if (this.source === null || this.view === null) return;
    const views = [this.view, ...this.views.values()];
    const { listening } = this;
    if (listening !== null && views.every((view) => holds(listening, view))) return;
    this.listening = around(views);
    this.source.open(this.listening);
  }

  private send(message: Message): void {
    this.channel?.postMessage(message);
  }

  private tell(message: Message): void {
    if (message.type === 'state') this.said = message;
    this.send(message);
    this.receive(message);
  }

  private receive(message: Message): void {
    if (message.type === 'views?') {
      if (this.view && !document.hidden) this.send({ type: 'view', tab: this.tab, view: this.view });
    } else if (message.type === 'view') {
      if (message.view) this.views.set(message.tab, message.view);
      else this.views.delete(message.tab);
      this.listen();
      if (this.source && this.said) this.send(this.said); // for a page that has just come
    } else if (!document.hidden) this.follow(message);
  }

  private follow(message: Exclude<Message, { type: 'views?' | 'view' }>): void {
    if (message.type === 'anew') this.listener.anew();
    else if (message.type === 'heard') {
      this.cursor = message.heard.cursor;
      this.listener.changed(message.heard);
    } else {
      this.cursor = Math.max(this.cursor, message.cursor);
      this.listener.state(message.state);
    }
  }
}
