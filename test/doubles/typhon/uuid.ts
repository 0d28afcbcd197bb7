import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';

/** Seconds since the epoch, as Typhon counts all times. */
export function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

/** Waits for the next one: what was built in the very second of an evaluation could be its own. */
export async function nextSecond(): Promise<void> {
  await setTimeout(1010 - (Date.now() % 1000));
}

/** Typhon makes version 7 UUIDs from whole seconds: within a second their order says nothing. */
export function uuidAt(created: number): string {
  const time = (created * 1000).toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  const variant = '89ab'.charAt(Number.parseInt(random.charAt(3), 16) % 4);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
