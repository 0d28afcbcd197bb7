import { duration } from '../../machines/describe.ts';
import { type Change, changesBetween, type Json } from '../dashboard/pull/changes.ts';
import { summarize } from '../replay/summarize.ts';
import type { AskedEffect, TravelStep } from '../replay/time-travel.ts';
import { colours, harmless, tinted } from './text.ts';

const widest = 100;

/**
 * An event: when it was, where it led, what it changed, and what it asked for.
 * @param before the step before it, whether or not that is shown
 */
export function stepText(step: TravelStep, before: TravelStep | null): string {
  const state =
    step.state === step.recorded
      ? tinted(step.state)
      : `${tinted(step.state)} ${colours.red(`(recorded: ${step.recorded})`)}`;
  const mark = step.held ? ' [held]' : step.handled ? '' : ' [not handled]';
  const lines = [
    `${String(step.version).padStart(4)}  ${colours.bold(step.event.type)} → ${state}${colours.yellow(mark)}  ` +
      colours.dim(harmless(summarize(step.event))),
    `      ${colours.dim(whenText(step, before))}`,
  ];
  for (const change of changesOf(step)) {
    const path = harmless(change.path.join('.'));
    lines.push(
      `        ${path}: ${colours.dim(valueText(change.before))} → ${valueText(change.after)}`,
    );
  }
  for (const effect of step.effects) lines.push(`      → ${effectText(effect, step.recordedAt)}`);
  return `${lines.join('\n')}\n`;
}

/** `2025-01-01T00:00:01.234Z, 12 s after 4`. */
function whenText(step: TravelStep, before: TravelStep | null): string {
  const at = new Date(step.recordedAt).toISOString();
  if (before === null) return at;
  // A clock may have been set back (G6).
  const gap = Math.max(0, step.recordedAt - before.recordedAt);
  return `${at}, ${duration(gap)} after ${before.version}`;
}

/** Each place of the context that it changed, as deep as it can be named. */
function changesOf(step: TravelStep): readonly Change[] {
  return Object.entries(step.changed).flatMap(([key, { before, after }]) =>
    changesBetween(plain(before), plain(after), [key]),
  );
}

function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value ?? null));
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
