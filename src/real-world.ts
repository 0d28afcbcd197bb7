import { randomUUID } from 'node:crypto';
import type { World } from './ports/world.ts';

/** The world as it is. */
export const realWorld: World = {
  now: () => Date.now(),
  random: () => Math.random(),
  id: () => randomUUID(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
