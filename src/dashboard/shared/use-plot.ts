import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Draws into an element. @returns what ends it */
type Draw = (element: HTMLElement) => () => void;

/**
 * A place where something is drawn in the browser, and drawn anew when one of `inputs` changes. What draws is loaded only
 * then: the server has no canvas, and would load it at each start.
 */
export function usePlot(
  load: () => Promise<Draw>,
  inputs: readonly unknown[],
): RefObject<HTMLDivElement | null> {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let end: (() => void) | null = null;
    let isOver = false;
    void load().then((draw) => {
      if (!isOver) end = draw(element);
    });
    return () => {
      isOver = true;
      end?.();
    };
  }, inputs);
  return place;
}
