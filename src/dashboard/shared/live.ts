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
  /** It is heard again: whatever happened meanwhile was missed. */
  readonly onBack: () => void;
  /** It is heard from now on: called each time, the first time too. */
  readonly onOpen?: () => void;
}

/** A server that has refused us once is not asked again at once. */
const againAfter = 5000;

/**
 * Listens to what happens.
 * @param address of the stream of events
 * @returns a function that ends it
 */
export function listen(
  address: string,
  { onEvent, onLost, onBack, onOpen }: LiveListener,
): () => void {
  let source: EventSource;
  let isLost = false;
  let again: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    source = new EventSource(address);
    source.addEventListener('message', ({ data }) => onEvent(harmless(JSON.parse(data))));
    source.addEventListener('open', () => {
      onOpen?.();
      if (isLost) onBack();
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
