import { setup } from 'xstate';
import { type BranchContext, newBranch } from './branch/context.ts';
import type { BranchEffect } from './branch/effects.ts';
import type { BranchEvent } from './branch/events.ts';
import * as steps from './branch/steps.ts';
import { awaitSilence, endWaiting } from './settle.ts';

type Params<Type extends BranchEffect['type']> = Extract<BranchEffect, { type: Type }>['params'];

function effect<Type extends BranchEffect['type']>(_type: Type) {
  return (_: unknown, _params: Params<Type>): void => {};
}

interface Asked {
  readonly context: BranchContext;
  readonly event: BranchEvent;
}

function isCurrentBuild({ context, event }: Asked): boolean {
  return (
    'commit' in event &&
    'attempt' in event &&
    context.build?.commit === event.commit &&
    context.build.attempt === event.attempt
  );
}

const base = setup({
  // XState's way to be told types; there is no value behind it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-assertion
  types: {} as { context: BranchContext; events: BranchEvent },
  guards: {
    isCurrentBuild,
    isAwaitedStart: (asked: Asked) =>
      isCurrentBuild(asked) && asked.context.build?.phase === 'asked',
    isGone: ({ event }: Asked) => event.type === 'branch.observed' && event.head === null,
    isMoved: ({ context, event }: Asked) =>
      event.type === 'branch.observed' &&
      event.head !== null &&
      event.head !== context.build?.commit,
    isBehind: ({ context }: Asked) =>
      context.head !== null && context.head !== context.build?.commit,
    hasHead: ({ context }: Asked) => context.head !== null,
    isCorrection: (asked: Asked) =>
      isCurrentBuild(asked) &&
      asked.event.type === 'build.finished' &&
      (asked.context.build?.phase !== 'finished' ||
        JSON.stringify(asked.event.jobs) !== JSON.stringify(asked.context.jobs)),
    isEverythingReported: ({ context }: Asked) =>
      context.statuses.every((status) => status.delivery !== 'asked'),
  },
  actions: {
    'build.start': effect('build.start'),
    'build.cancel': effect('build.cancel'),
    'jobset.delete': effect('jobset.delete'),
    'cache.retain': effect('cache.retain'),
    'status.publish': effect('status.publish'),
    'timer.set': effect('timer.set'),
    'timer.drop': effect('timer.drop'),
  },
});

function act(step: steps.Step) {
  return base.enqueueActions(({ context, event, enqueue }) => {
    const outcome = step(context, event);
    if (outcome.context !== undefined) enqueue.assign(outcome.context);
    for (const wanted of outcome.effects ?? []) enqueue(wanted);
  });
}

/**
 * A branch that is built as itself: no overlay, cold builds, its verdict on its own commit. What it built seeds pull
 * requests. A build that has begun is finished, because it seeds; then the newest commit is built.
 */
export const branchMachine = base
  .extend({
    actions: {
      askAgain: act(steps.askAgain),
      awaitSilence: act(awaitSilence),
      cancelBuild: act(steps.cancelBuild),
      releaseLate: act(steps.releaseLate),
      dropDeadlines: act(steps.dropDeadlines),
      endWaiting: act(endWaiting),
      expectStart: act(steps.expectStart),
      giveVerdictWithoutResult: act(steps.giveVerdictWithoutResult),
      letGo: act(steps.letGo),
      noteDelivery: act(steps.noteDelivery),
      noteProgress: act(steps.noteProgress),
      noteStarted: act(steps.noteStarted),
      observe: act(steps.observe),
      publishAgain: act(steps.publishAgain),
      report: act(steps.report),
      settleBuild: act(steps.settleBuild),
      startBuild: act(steps.startBuild),
    },
  })
  .createMachine({
    id: 'branch',
    context: newBranch,
    initial: 'idle',
    on: {
      'branch.observed': [
        { guard: 'isGone', target: '.gone', actions: 'observe' },
        { actions: 'observe' },
      ],
      'machine.accepted': [
        { guard: 'hasHead', target: '.building', actions: ['publishAgain', 'cancelBuild'] },
        { target: '.gone', actions: 'publishAgain' },
      ],
      'status.published': { actions: 'noteDelivery' },
      'status.publish.failed': { actions: 'noteDelivery' },
    },
    states: {
      /** At rest: the newest commit has its verdict. */
      idle: {
        on: {
          'branch.observed': [
            { guard: 'isGone', target: 'gone', actions: 'observe' },
            { guard: 'isMoved', target: 'building', actions: 'observe' },
            { actions: 'observe' },
          ],
          'rebuild.requested': { guard: 'hasHead', target: 'building' },
          'build.finished': {
            guard: 'isCorrection',
            target: 'reporting',
            actions: 'settleBuild',
          },
        },
      },
      /** The CI builds a commit of the branch. */
      building: {
        entry: 'startBuild',
        exit: ['dropDeadlines', 'endWaiting'],
        on: {
          'build.accepted': { guard: 'isAwaitedStart', actions: 'expectStart' },
          'build.started': { guard: 'isAwaitedStart', actions: 'noteStarted' },
          'build.progressed': {
            guard: 'isCurrentBuild',
            actions: ['noteProgress', 'awaitSilence'],
          },
          'build.finished': {
            guard: 'isCurrentBuild',
            target: 'reporting',
            actions: 'settleBuild',
          },
          'build.lost': { guard: 'isCurrentBuild', actions: 'askAgain' },
          'build.start.failed': {
            guard: 'isCurrentBuild',
            target: 'reporting',
            actions: 'giveVerdictWithoutResult',
          },
          'timer.start': { target: 'reporting', actions: 'giveVerdictWithoutResult' },
          'timer.finish': { target: 'reporting', actions: 'giveVerdictWithoutResult' },
          'rebuild.requested': { target: 'building', reenter: true, actions: 'cancelBuild' },
        },
      },
      /** The verdict is on its way to the commit; then whatever was pushed meanwhile is built. */
      reporting: {
        entry: 'report',
        always: [
          { guard: 'isBehind', target: 'building' },
          { guard: 'isEverythingReported', target: 'idle' },
        ],
        on: {
          'rebuild.requested': { target: 'building' },
          'build.finished': {
            guard: 'isCorrection',
            target: 'reporting',
            reenter: true,
            actions: 'settleBuild',
          },
        },
      },
      /** The branch does not exist. */
      gone: {
        entry: 'letGo',
        on: {
          'branch.observed': [
            { guard: 'isGone', actions: 'observe' },
            { target: 'building', actions: 'observe' },
          ],
          'build.finished': { actions: 'releaseLate' },
        },
      },
    },
  });
