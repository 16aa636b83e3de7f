/** Owns listeners, timers and whatever else must end with a view; the only place that makes them. */
export class Scope {
  private readonly ends = new Set<() => void>();
  private readonly controller = new AbortController();

  /** Aborts when the scope ends. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get ended(): boolean {
    return this.controller.signal.aborted;
  }

  listen<K extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    type: K,
    handle: (event: HTMLElementEventMap[K]) => void,
    options?: AddEventListenerOptions,
  ): void;
  listen(target: EventTarget, type: string, handle: (event: Event) => void, options?: AddEventListenerOptions): void;
  listen(target: EventTarget, type: string, handle: (event: never) => void, options: AddEventListenerOptions = {}): void {
    target.addEventListener(type, handle as EventListener, { ...options, signal: this.signal });
  }

  /** Call `act` after so many milliseconds; the returned function calls it off. */
  timeout(act: () => void, milliseconds: number): () => void {
    if (this.ended) return () => undefined;
    const id = setTimeout(() => {
      this.ends.delete(cancel);
      act();
    }, milliseconds);
    const cancel = (): void => {
      clearTimeout(id);
      this.ends.delete(cancel);
    };
    this.ends.add(cancel);
    return cancel;
  }

  /** Call `act` before the next paint. Asking again before then changes nothing. */
  frame(act: (time: number) => void): () => void {
    let id = 0;
    const request = (): void => {
      if (id || this.ended) return;
      id = requestAnimationFrame((time) => {
        id = 0;
        act(time);
      });
    };
    this.onEnd(() => cancelAnimationFrame(id));
    return request;
  }

  /** Watch the size and the visibility of an element; both redraw what windowing has detached. */
  watch(element: Element, act: () => void): void {
    const resize = new ResizeObserver(act);
    const visible = new IntersectionObserver(act);
    resize.observe(element);
    visible.observe(element);
    this.onEnd(() => {
      resize.disconnect();
      visible.disconnect();
    });
  }

  /** Watch the attributes of an element: JupyterLab says there which theme is on. */
  observe(element: Element, act: () => void): void {
    const observer = new MutationObserver(act);
    observer.observe(element, { attributes: true });
    this.onEnd(() => observer.disconnect());
  }

  onEnd(act: () => void): void {
    if (this.ended) act();
    else this.ends.add(act);
  }

  end(): void {
    if (this.ended) return;
    this.controller.abort();
    for (const act of this.ends) act();
    this.ends.clear();
  }
}
