import { z } from 'zod';
import type { Write } from './durable-writes.ts';

/** A point, and which of its kind: a life dies once at each. */
export interface Crossing {
  readonly point: string;
  readonly which: string;
}

const effectRow = z.object({
  id: z.string(),
  stream: z.string(),
  type: z.string(),
  params: z.string(),
});
type Leased = z.infer<typeof effectRow>;

/** What an effect is known by, whichever event asked for it: an event more or less must not make it another. */
const nameOf = ({ stream, type, params }: Leased): string => `${stream} ${type} ${params}`;

/** Writes of the log that are no event's and no effect's, by how their statement begins. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^(create|alter|drop) |"kysely_migration/, 'the log migrated'],
  [/^update "effects" set "lease_until" = \? where "done_at" is null/, 'leases released'],
  [
    /^update "effects" set "done_at" = \?, "outcome" = \?, "lease_until" = \?, "run_at"/,
    'effects revived',
  ],
  [/^insert into "lanes"/, 'a lane held'],
  [/^delete from "lanes"/, 'old holds removed'],
  [/^update "(effects|lanes)" set "(run_at|hold_until)" = \1?\w+ - /, 'the clock set back'],
  [/^delete from "snapshots"/, 'a stream pruned'],
];

/** Says what a durable write was; of an effect's end more is told by its lease, which came before. */
export class Names {
  readonly #leased = new Map<unknown, Leased>();

  of(writes: readonly Write[]): Crossing {
    const event = writes.find(({ text }) => text.startsWith('insert into "events"'));
    if (event !== undefined) return ofEvent(event);
    const [first] = writes;
    if (first === undefined) throw new Error('nothing was written');
    const text = first.text.trim();
    if (/^update effects\s+set lease_until = \?, attempts = attempts \+ 1/.test(text)) {
      const row = effectRow.parse(first.rows[0]);
      this.#leased.set(row.id, row);
      return { point: `leased ${row.type}`, which: nameOf(row) };
    }
    const effect = this.#leased.get(first.values['id']);
    if (effect !== undefined) return ofEffect(first, effect);
    const point = others.find(([begins]) => begins.test(text))?.[1];
    return { point: point ?? text, which: point === 'the log migrated' ? text : '' };
  }
}

const meta = z.object({ source: z.string() });
const attempt = z.object({ attempt: z.number() });

/**
 * One event is told from another by what it is and what came of it, not by its number: a death may lead to an event that
 * would not have been, and so would each death after it, without end.
 */
function ofEvent({ values }: Write): Crossing {
  const what = ['stream', 'type'].map((column) => String(values[column])).join(' ');
  const { source } = meta.parse(JSON.parse(String(values['meta'])));
  const of = attempt.safeParse(JSON.parse(String(values['data']))).data?.attempt ?? '';
  return { point: `recorded by ${source}`, which: `${what} ${of} ${String(values['state'])}` };
}

function ofEffect({ text, values }: Write, effect: Leased): Crossing {
  const which = nameOf(effect);
  if (text.startsWith('update "effects" set "run_at" = ?, "lease_until" = ?'))
    return { point: 'an effect put back', which };
  switch (values['outcome']) {
    case 'done':
      return { point: `ended ${effect.type}`, which };
    case 'moot':
      return { point: 'a moot effect ended', which };
    case 'dead':
      return { point: 'an effect given up again', which };
    default:
      return { point: text, which };
  }
}
