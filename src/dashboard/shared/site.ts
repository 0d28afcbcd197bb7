import { type ReadonlySignal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Links } from '../../http/links.ts';

/** What every page is told of where and when it was made. */
export interface SiteData {
  /** The path that `publicUrl` has, without a slash at its end. */
  readonly base: string;
  /** The server's clock, milliseconds since the epoch. */
  readonly now: number;
}

/** What components ask for besides their own data. */
export interface Site {
  readonly links: Links;
  /** The server's clock, which goes on in the browser. */
  readonly now: ReadonlySignal<number>;
}

export const SiteContext = createContext<Site>({ links: new Links(''), now: signal(0) });

export function useSite(): Site {
  return useContext(SiteContext);
}

/** A site whose clock stands, as on the server. */
export function standing({ base, now }: SiteData): Site {
  return { links: new Links(base), now: signal(now) };
}

/** A site whose clock goes: from the server's time on, as the browser counts it, whatever the browser's own clock says. */
export function ticking({ base, now: began }: SiteData): Site {
  const now = signal(began);
  const start = performance.now();
  const tick = (): void => {
    if (!document.hidden) now.value = began + (performance.now() - start);
  };
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
  return { links: new Links(base), now };
}
