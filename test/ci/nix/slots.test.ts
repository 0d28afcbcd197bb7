import { expect, test } from 'vitest';
import { Slots } from '../../../src/ci/nix/slots.ts';

const patient = new AbortController().signal;

test('so many at once, the earlier rank first, then first come first served', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  await slots.take(5, patient);
  const take = (rank: number, name: string) =>
    slots.take(rank, patient).then(() => void order.push(name));
  const all = [take(2, 'second'), take(2, 'third'), take(1, 'first'), take(3, 'fourth')];
  for (let freed = 0; freed < all.length; freed += 1) {
    expect(order).toHaveLength(freed);
    slots.release();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(order).toEqual(['first', 'second', 'third', 'fourth']);
});

test('what runs already counts, even beyond the bound', async () => {
  const slots = new Slots(1);
  slots.occupy();
  slots.occupy();
  let had = false;
  const taken = slots.take(1, patient).then(() => {
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
  await slots.take(1, patient);
  const impatient = new AbortController();
  const waiting = slots.take(1, impatient.signal);
  impatient.abort(new Error('no more'));
  await expect(waiting).rejects.toThrow('no more');
  slots.release();
  await slots.take(1, patient);
  await expect(slots.take(1, impatient.signal)).rejects.toThrow('no more');
});
