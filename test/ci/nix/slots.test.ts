import { expect, test } from 'vitest';
import { Slots, type Turn } from '../../../src/ci/nix/slots.ts';

const forever = new AbortController().signal;
const at = (startedAt: number): Turn => ({ startedAt, patient: false });
const patiently = (startedAt: number): Turn => ({ startedAt, patient: true });

test('so many at once, the earlier build first, then first come first served', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  await slots.take(at(5), forever);
  const take = (turn: Turn, name: string) =>
    slots.take(turn, forever).then(() => void order.push(name));
  const all = [
    take(at(2), 'second'),
    take(patiently(1), 'last but one'),
    take(at(2), 'third'),
    take(at(1), 'first'),
    take(patiently(4), 'last'),
    take(at(3), 'fourth'),
  ];
  for (let freed = 0; freed < all.length; freed += 1) {
    expect(order).toHaveLength(freed);
    slots.release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(order).toEqual(['first', 'second', 'third', 'fourth', 'last but one', 'last']);
});

test('what runs already counts, even beyond the bound', async () => {
  const slots = new Slots(1);
  slots.occupy();
  slots.occupy();
  let had = false;
  const taken = slots.take(at(1), forever).then(() => {
    had = true;
  });
  slots.release();
  await new Promise((resolve) => setImmediate(resolve));
  expect(had).toBe(false);
  slots.release();
  await taken;
});

test('who gives up waiting leaves the queue', async () => {
  const slots = new Slots(1);
  await slots.take(at(1), forever);
  const impatient = new AbortController();
  const waiting = slots.take(at(1), impatient.signal);
  impatient.abort(new Error('no more'));
  await expect(waiting).rejects.toThrow('no more');
  slots.release();
  await slots.take(at(1), forever);
  await expect(slots.take(at(1), impatient.signal)).rejects.toThrow('no more');
});
