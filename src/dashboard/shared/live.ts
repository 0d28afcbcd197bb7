import { harmless } from './harmless.ts';

/** One recorded event, as `/api/stream` tells it. */
export interface LiveEvent {
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly state: string;
  readonly at: number;
}

export interface LiveListener {
  readonly onEvent: (event: LiveEvent) => void;
  /** Nothing is heard any more; it is tried again. */
  readonly onLost: () => void;
  /** It is heard from now on; if it was lost before, whatever happened meanwhile was missed. */
  readonly onOpen: (wasLost: boolean) => void;
}

/** A server that has refused us once is not asked again at once. */
const againAfter = 5000;

/**
 * Listens to what happens.
 * @param address of the stream of events
 * @returns a function that ends it
 */
export function listen(address: string, { onEvent, onLost, onOpen }: LiveListener): () => void {
  let source: EventSource;
  let isLost = false;
  let again: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    source = new EventSource(address);
    source.addEventListener('message', ({ data }) => onEvent(harmless(JSON.parse(data))));
    source.addEventListener('open', () => {
      onOpen(isLost);
      isLost = false;
    });
    source.addEventListener('error', () => {
      if (!isLost) onLost();
      isLost = true;
      // A connection that broke off is tried again by the browser; one that was refused is not.
      if (source.readyState === EventSource.CLOSED) again = setTimeout(connect, againAfter);
    });
  };
  connect();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
