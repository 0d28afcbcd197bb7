import { setup } from 'xstate';
import {
  askAgain,
  dropDeadlines,
  expectStart,
  giveVerdictWithoutResult,
  inherit,
  noteNotKept,
  noteProgress,
  noteRecorded,
  noteStarted,
  recordCache,
  report,
  startBuild,
} from './pull-request/building.ts';
import {
  close,
  closeAgainLater,
  isUncancelled,
  keepAgain,
  noteBranchGone,
  noteDelivery,
  noteUncancelled,
  noteUnended,
  releaseLate,
} from './pull-request/closing.ts';
import { newPull, type PullContext } from './pull-request/context.ts';
import type { PullEffect } from './pull-request/effects.ts';
import type { PullEvent } from './pull-request/events.ts';
import * as guards from './pull-request/guards.ts';
import {
  beginAttempt,
  beginCheck,
  countSetback,
  beginRetry,
  dropLost,
  dropRetry,
  noteBlocked,
  noteOwnPush,
  noteRebuild,
  planOverlay,
  scheduleRetry,
} from './pull-request/merging.ts';
import {
  noteApproval,
  noteCommand,
  noteTip,
  observe,
  publishAgain,
  standDown,
  supersede,
  tellToWait,
} from './pull-request/observing.ts';
import { earnLate, giveUpLate, noteStillRunning, settleBuild } from './pull-request/settling.ts';
import type { Step } from './pull-request/step.ts';
import { awaitSilence, endWaiting } from './settle.ts';

type Params<Type extends PullEffect['type']> = Extract<PullEffect, { type: Type }>['params'];

/** An effect is only named here: it is stored with the event, and carried out by the engine. */
function effect<Type extends PullEffect['type']>(_type: Type) {
  return (_: unknown, _params: Params<Type>): void => {};
}

const base = setup({
  // XState's way to be told types; there is no value behind it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, typescript/no-unnecessary-type-assertion
  types: {} as { context: PullContext; events: PullEvent },
  guards: { ...guards, isUncancelled },
  actions: {
    'head.fetch': effect('head.fetch'),
    'overlay.push': effect('overlay.push'),
    'build.start': effect('build.start'),
    'build.cancel': effect('build.cancel'),
    'cache.record': effect('cache.record'),
    'cache.retain': effect('cache.retain'),
    'branch.delete': effect('branch.delete'),
    'jobset.delete': effect('jobset.delete'),
    'command.answer': effect('command.answer'),
    'status.publish': effect('status.publish'),
    'status.release': effect('status.release'),
    'timer.set': effect('timer.set'),
    'timer.drop': effect('timer.drop'),
  },
});

/** A named action made of a step: it changes the context, and asks for effects. */
function act(step: Step) {
  return base.enqueueActions(({ context, event, enqueue }) => {
    const outcome = step(context, event);
    if (outcome.context !== undefined) enqueue.assign(outcome.context);
    for (const wanted of outcome.effects ?? []) enqueue(wanted);
  });
}

/**
 * One pull request and its cache branch.
 *
 * `idle → merging → building → caching → reporting → idle` is the way of a push; around it stand the states of what can
 * come between. Results of an earlier attempt are taken in wherever they arrive (the handlers at the root), but only
 * those of the newest one move the machine.
 */
export const pullRequestMachine = base
  .extend({
    actions: {
      askAgain: act(askAgain),
      awaitSilence: act(awaitSilence),
      beginAttempt: act(beginAttempt),
      beginCheck: act(beginCheck),
      beginRetry: act(beginRetry),
      close: act(close),
      closeAgainLater: act(closeAgainLater),
      countSetback: act(countSetback),
      dropDeadlines: act(dropDeadlines),
      dropLost: act(dropLost),
      dropRetry: act(dropRetry),
      earnLate: act(earnLate),
      endWaiting: act(endWaiting),
      expectStart: act(expectStart),
      giveUpLate: act(giveUpLate),
      giveVerdictWithoutResult: act(giveVerdictWithoutResult),
      inherit: act(inherit),
      keepAgain: act(keepAgain),
      noteApproval: act(noteApproval),
      noteBlocked: act(noteBlocked),
      noteCommand: act(noteCommand),
      noteBranchGone: act(noteBranchGone),
      noteDelivery: act(noteDelivery),
      noteNotKept: act(noteNotKept),
      noteOwnPush: act(noteOwnPush),
      noteProgress: act(noteProgress),
      noteRebuild: act(noteRebuild),
      noteRecorded: act(noteRecorded),
      noteStarted: act(noteStarted),
      noteStillRunning: act(noteStillRunning),
      noteTip: act(noteTip),
      noteUncancelled: act(noteUncancelled),
      noteUnended: act(noteUnended),
      observe: act(observe),
      planOverlay: act(planOverlay),
      publishAgain: act(publishAgain),
      recordCache: act(recordCache),
      releaseLate: act(releaseLate),
      report: act(report),
      scheduleRetry: act(scheduleRetry),
      settleBuild: act(settleBuild),
      standDown: act(standDown),
      startBuild: act(startBuild),
      supersede: act(supersede),
      tellToWait: act(tellToWait),
    },
  })
  .createMachine({
    id: 'pull-request',
    context: newPull,
    initial: 'idle',
    on: {
      'pull.observed': [
        { guard: 'isClosed', target: '.closing', actions: 'observe' },
        { guard: 'isDraft', target: '.draft', actions: ['standDown', 'observe'] },
        { guard: 'needsApproval', target: '.awaitingApproval', actions: ['standDown', 'observe'] },
        { guard: 'needsOverlay', target: '.merging', actions: ['supersede', 'observe'] },
        { actions: 'observe' },
      ],
      'pull.approved': { guard: 'isApprovedHead', actions: 'noteApproval' },
      'command.given': { actions: 'noteCommand' },
      'machine.accepted': [
        { guard: 'isOpen', target: '.merging', actions: ['publishAgain', 'supersede'] },
        { target: '.closing', actions: 'publishAgain' },
      ],
      'overlay.pushed': { actions: 'noteOwnPush' },
      'cache.recorded': { actions: 'noteRecorded' },
      'branch.deleted': { actions: 'noteBranchGone' },
      'build.cancel.failed': [
        { guard: 'isStillRunning', actions: 'noteStillRunning' },
        { guard: 'isBeforeReopening', actions: 'noteUncancelled' },
      ],
      'build.finished': [
        { guard: 'isLateResult', actions: 'earnLate' },
        { guard: 'isUncancelled', actions: 'releaseLate' },
      ],
      'build.lost': { guard: 'isLateLoss', actions: 'giveUpLate' },
      'build.start.failed': { guard: 'isLateLoss', actions: 'giveUpLate' },
      'status.inherited': { guard: 'isInheritedHere', actions: 'inherit' },
      'status.published': { actions: 'noteDelivery' },
      'status.publish.failed': { actions: 'noteDelivery' },
    },
    states: {
      /** At rest: the newest head has its verdict, which a clean build may be about to check. */
      idle: {
        always: { guard: 'isCheckDue', target: 'merging', actions: 'beginCheck' },
        on: {
          'tip.observed': [
            { guard: 'isTipNewsToBuild', target: 'merging', actions: 'noteTip' },
            { guard: 'isTipNews', actions: 'noteTip' },
          ],
          'rebuild.requested': { guard: 'isOpen', target: 'merging', actions: 'noteRebuild' },
          'build.finished': [
            { guard: 'isCorrectionWithCache', target: 'caching', actions: 'settleBuild' },
            { guard: 'isCorrection', target: 'reporting', actions: 'settleBuild' },
          ],
        },
      },
      /** The overlay of the newest head is being made. */
      merging: {
        entry: 'beginAttempt',
        initial: 'fetching',
        on: {
          'rebuild.requested': {
            guard: 'asksForCold',
            target: 'merging',
            reenter: true,
            actions: 'noteRebuild',
          },
        },
        states: {
          fetching: {
            on: {
              'head.fetched': [
                {
                  guard: 'isPathInTheWay',
                  target: '#pull-request.blocked',
                  actions: 'noteBlocked',
                },
                {
                  guard: 'isRunByTheForge',
                  target: '#pull-request.blocked',
                  actions: 'noteBlocked',
                },
                {
                  guard: 'isBranchNotOurs',
                  target: '#pull-request.blocked',
                  actions: 'noteBlocked',
                },
                { guard: 'isCurrentAttempt', target: 'pushing', actions: 'planOverlay' },
              ],
              'head.fetch.failed': {
                guard: 'isCurrentAttempt',
                target: '#pull-request.blocked',
                actions: 'noteBlocked',
              },
              'overlay.pushed': {
                guard: 'isEarlierAttempt',
                target: '#pull-request.merging',
                reenter: true,
                actions: 'noteOwnPush',
              },
            },
          },
          pushing: {
            on: {
              'overlay.pushed': {
                guard: 'isCurrentAttempt',
                target: '#pull-request.building',
                actions: 'noteOwnPush',
              },
              'overlay.rejected': [
                { guard: 'isMovedAway', target: '#pull-request.merging', actions: 'countSetback' },
                {
                  guard: 'isCurrentAttempt',
                  target: '#pull-request.blocked',
                  actions: 'noteBlocked',
                },
              ],
              'overlay.push.failed': {
                guard: 'isCurrentAttempt',
                target: '#pull-request.blocked',
                actions: 'noteBlocked',
              },
            },
          },
        },
      },
      /** The CI builds the overlay. */
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
          'build.finished': [
            { guard: 'isCacheLost', target: 'merging', actions: 'dropLost' },
            { guard: 'isCacheEarned', target: 'caching', actions: 'settleBuild' },
            { guard: 'isCurrentBuild', target: 'reporting', actions: 'settleBuild' },
          ],
          'build.lost': { guard: 'isCurrentBuild', actions: 'askAgain' },
          'build.start.failed': {
            guard: 'isCurrentBuild',
            target: 'reporting',
            actions: 'giveVerdictWithoutResult',
          },
          'timer.start': { target: 'reporting', actions: 'giveVerdictWithoutResult' },
          'timer.finish': { target: 'reporting', actions: 'giveVerdictWithoutResult' },
          'rebuild.requested': { target: 'merging', actions: ['supersede', 'noteRebuild'] },
          'tip.observed': {
            guard: 'isTipNews',
            target: 'merging',
            actions: ['supersede', 'noteTip'],
          },
        },
      },
      /** What the build left is being recorded on the cache branch. */
      caching: {
        entry: 'recordCache',
        on: {
          'cache.recorded': {
            guard: 'isCurrentAttempt',
            target: 'reporting',
            actions: 'noteRecorded',
          },
          'cache.rejected': {
            guard: 'isCurrentAttempt',
            target: 'reporting',
            actions: 'noteNotKept',
          },
          'cache.record.failed': {
            guard: 'isCurrentAttempt',
            target: 'reporting',
            actions: 'noteNotKept',
          },
          'rebuild.requested': { target: 'merging', actions: 'noteRebuild' },
        },
      },
      /** The verdict is on its way to the head's own commit. */
      reporting: {
        entry: 'report',
        always: [
          { guard: 'isRetryDue', target: 'merging', actions: 'beginRetry' },
          { guard: 'isEverythingReported', target: 'idle' },
        ],
        on: {
          'tip.observed': { guard: 'isTipNews', target: 'merging', actions: 'noteTip' },
          'rebuild.requested': { target: 'merging', actions: 'noteRebuild' },
          'build.finished': [
            { guard: 'isCorrectionWithCache', target: 'caching', actions: 'settleBuild' },
            {
              guard: 'isCorrection',
              target: 'reporting',
              reenter: true,
              actions: 'settleBuild',
            },
          ],
        },
      },
      /** Nothing can be built, for a reason that a person can act on; it is tried again by itself. */
      blocked: {
        entry: ['report', 'scheduleRetry'],
        exit: 'dropRetry',
        on: {
          'timer.retry': { guard: 'isOpen', target: 'merging' },
          'tip.observed': { guard: 'isTipNews', target: 'merging', actions: 'noteTip' },
          'rebuild.requested': { guard: 'isOpen', target: 'merging', actions: 'noteRebuild' },
        },
      },
      /** The head is by somebody who may not write: nothing of it is built before somebody who may approves it. */
      awaitingApproval: {
        entry: 'tellToWait',
        on: {
          'pull.approved': {
            guard: 'isApprovedHead',
            target: 'merging',
            actions: 'noteApproval',
          },
          'pull.observed': [
            { guard: 'isClosed', target: 'closing', actions: 'observe' },
            { guard: 'isDraft', target: 'draft', actions: ['standDown', 'observe'] },
            { guard: 'isSameHeadThatWaits', actions: 'observe' },
            {
              guard: 'needsApproval',
              target: 'awaitingApproval',
              reenter: true,
              actions: ['standDown', 'observe'],
            },
            { guard: 'hasHead', target: 'merging', actions: ['supersede', 'observe'] },
          ],
        },
      },
      /** A draft, where drafts are not built. */
      draft: {
        on: {
          'pull.observed': [
            { guard: 'isClosed', target: 'closing', actions: 'observe' },
            { guard: 'isDraft', actions: ['standDown', 'observe'] },
            {
              guard: 'needsApproval',
              target: 'awaitingApproval',
              actions: ['standDown', 'observe'],
            },
            { guard: 'hasHead', target: 'merging', actions: ['supersede', 'observe'] },
          ],
        },
      },
      /** Closed or merged: builds are being cancelled, the branch deleted. */
      closing: {
        entry: 'close',
        on: {
          'branch.deleted': { target: 'closed', actions: 'noteBranchGone' },
          'branch.delete.failed': { target: 'closed', actions: 'noteUnended' },
          'build.cancel.failed': { actions: 'noteUnended' },
          'build.finished': { guard: 'isUncancelled', actions: 'releaseLate' },
          'cache.retain.failed': { actions: 'noteUnended' },
          'jobset.delete.failed': { actions: 'noteUnended' },
          'pull.observed': [
            { guard: 'isClosed', actions: 'observe' },
            { guard: 'isDraft', target: 'draft', actions: 'observe' },
            { guard: 'needsApproval', target: 'awaitingApproval', actions: 'observe' },
            { guard: 'hasHead', target: 'merging', actions: 'observe' },
            // Open again without a head that could be built (B7): it is looked at as any that is open.
            { target: 'idle', actions: ['observe', 'keepAgain'] },
          ],
        },
      },
      /** Nothing of the pull request is left but its log; what could not be ended is tried again by itself. */
      closed: {
        entry: 'closeAgainLater',
        exit: 'dropRetry',
        on: {
          'build.cancel.failed': { actions: ['noteUnended', 'closeAgainLater'] },
          'build.finished': { guard: 'isUncancelled', actions: 'releaseLate' },
          'cache.retain.failed': { actions: ['noteUnended', 'closeAgainLater'] },
          'jobset.delete.failed': { actions: ['noteUnended', 'closeAgainLater'] },
          'timer.retry': { target: 'closing' },
          'pull.observed': [
            { guard: 'isClosed', actions: 'observe' },
            { guard: 'isDraft', target: 'draft', actions: 'observe' },
            { guard: 'needsApproval', target: 'awaitingApproval', actions: 'observe' },
            { guard: 'hasHead', target: 'merging', actions: 'observe' },
            // Open again without a head that could be built (B7): it is looked at as any that is open.
            { target: 'idle', actions: ['observe', 'keepAgain'] },
          ],
          'tip.observed': [
            { guard: 'isBranchBack', target: 'closing', actions: 'noteTip' },
            { guard: 'isTipNews', actions: 'noteTip' },
          ],
          'overlay.pushed': { target: 'closing', actions: 'noteOwnPush' },
          'cache.recorded': { target: 'closing', actions: 'noteRecorded' },
        },
      },
    },
  });
