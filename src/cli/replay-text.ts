import { duration } from '../../machines/describe.ts';
import { summarize } from '../replay/summarize.ts';
import type { AskedEffect, TravelStep } from '../replay/time-travel.ts';
import { colours, harmless, tinted } from './text.ts';

const widest = 100;

/** An event: what it was, where it led, what it changed, and what it asked for. */
export function stepText(step: TravelStep): string {
  const state =
    step.state === step.recorded
      ? tinted(step.state)
      : `${tinted(step.state)} ${colours.red(`(recorded: ${step.recorded})`)}`;
  const mark = step.held ? ' [held]' : step.handled ? '' : ' [not handled]';
  const lines = [
    `${String(step.version).padStart(4)}  ${colours.bold(step.event.type)} → ${state}${colours.yellow(mark)}  ` +
      colours.dim(harmless(summarize(step.event))),
  ];
  for (const [key, { before, after }] of Object.entries(step.changed))
    lines.push(`        ${key}: ${colours.dim(valueText(before))} → ${valueText(after)}`);
  for (const effect of step.effects) lines.push(`      → ${effectText(effect, step.recordedAt)}`);
  return `${lines.join('\n')}\n`;
}

function valueText(value: unknown): string {
  const text = harmless(JSON.stringify(value) ?? 'nothing');
  return text.length <= widest ? text : `${text.slice(0, widest - 1)}…`;
}

function effectText(effect: AskedEffect, askedAt: number): string {
  const what = `${colours.cyan(effect.type)} ${valueText(effect.params)}`;
  if (effect.outcome === null) return what;
  const took = effect.doneAt === null ? '' : ` after ${duration(effect.doneAt - askedAt)}`;
  const tries = effect.attempts > 1 ? `, ${effect.attempts} attempts` : '';
  const error = effect.lastError === null ? '' : `: ${harmless(effect.lastError)}`;
  return `${what}  ${tinted(effect.outcome)}${took}${tries}${error}`;
}

export function stepJson(step: TravelStep): Record<string, unknown> {
  const { type, ...data } = step.event;
  return {
    version: step.version,
    recordedAt: step.recordedAt,
    type,
    data,
    source: step.source,
    handled: step.handled,
    held: step.held,
    state: step.state,
    recorded: step.recorded,
    changed: step.changed,
    effects: step.effects,
  };
}
