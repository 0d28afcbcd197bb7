/** A defect that somebody could have made: one place of the product, said otherwise. */
export interface Mutation extends Edit {
  /** What the product would do wrong. */
  readonly name: string;
  /** What else keeps it from being done, and has to go as well. */
  readonly also?: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

const guards = 'machines/pull-request/guards.ts';
const merging = 'machines/pull-request/merging.ts';
const building = 'machines/pull-request/building.ts';
const observing = 'machines/pull-request/observing.ts';

/** Each must break a rule of the simulation; one that does not shows a rule that has no teeth, or that is missing. */
export const mutations: readonly Mutation[] = [
  {
    name: 'a stranger needs no approval (F1)',
    file: guards,
    find: '!event.pull.trusted &&\n    (event.pull.head ?? context.head) !== context.approved &&',
    replace: 'false &&',
  },
  {
    name: 'an approval counts for every later head (F2)',
    file: guards,
    find: '(event.pull.head ?? context.head) !== context.approved &&\n    !(event.pull.authorMayWrite && context.approved !== null)',
    replace: 'context.approved === null',
  },
  {
    name: 'any approval is one of the newest head (F1)',
    file: guards,
    find: "return event.type === 'pull.approved' && event.head === context.head;",
    replace: "return event.type === 'pull.approved';",
  },
  {
    name: 'the same head announced again makes another overlay (A6)',
    file: guards,
    find: 'if (current(context)?.head !== event.pull.head) return true;',
    replace: 'return true;',
  },
  {
    name: 'a result of an older build is taken for one of the newest (rule 4)',
    file: guards,
    find: 'return overlay?.commit === event.commit && overlay.attempt === event.attempt;',
    replace: 'return overlay?.commit != null;',
  },
  {
    name: 'a branch that is not ours is overwritten (E7)',
    file: guards,
    find: "isCurrentAttempt(asked) && event.type === 'head.fetched' && event.tip !== null && !event.ours",
    replace: "isCurrentAttempt(asked) && event.type === 'command.given'",
  },
  {
    name: 'a cache branch that comes back after the end is left there (B4)',
    file: guards,
    find: "return isTipNews(asked) && asked.event.type === 'tip.observed' && asked.event.tip !== null;",
    replace: 'return false && isTipNews(asked);',
  },
  {
    name: 'a cache that was earned is not recorded',
    file: guards,
    find: 'return !sameEntries(entriesOf(earn(context, event).cache), context.tip.entries);',
    replace: 'return sameEntries(entriesOf(earn(context, event).cache), context.tip.entries);',
  },
  {
    name: 'what a force-push dropped stays in the history (A2)',
    file: merging,
    find: 'const isContinued = event.fastForward === true && event.tip === tip;',
    replace: 'const isContinued = event.tip === tip;',
  },
  {
    name: "somebody's commit on the cache branch is built upon (E5)",
    file: merging,
    find: 'const isContinued = event.fastForward === true && event.tip === tip;',
    replace: 'const isContinued = event.fastForward === true;',
  },
  {
    name: 'an overlay carries no cache',
    file: merging,
    find: 'entries: entriesOf(carried),\n          parents:',
    replace: 'entries: {},\n          parents:',
  },
  {
    name: 'our own push is not noted while something newer is wanted (rule 4)',
    file: merging,
    find: 'if (context.tip !== null && context.tip.attempt > event.attempt) return nothing;',
    replace: 'if (event.attempt !== context.attempt) return nothing;',
  },
  {
    name: 'statuses are keyed by pull request instead of commit',
    file: building,
    find: 'const head = current(context)?.head;\n  if (head === undefined) return nothing;',
    replace:
      'const head = context.remembered[0]?.head ?? current(context)?.head;\n  if (head === undefined) return nothing;',
  },
  {
    name: 'the machine reads the clock',
    file: building,
    find: 'startedAt: overlay.startedAt ?? event.at,',
    replace: 'startedAt: overlay.startedAt ?? event.at + Math.round(performance.now() * 1000),',
  },
  {
    name: 'a lost build is not asked for again',
    file: building,
    find: 'if (overlay === null || overlay.commit === null || context.policy === null) return nothing;\n  return {\n    effects: [',
    replace: 'if (overlay !== null) return nothing;\n  return {\n    effects: [',
  },
  {
    name: 'a job that failed leaves what it made as the cache (C1)',
    file: 'machines/carried.ts',
    find: "const next = job.state === 'success' ? succeeded(old, job, made) : old;",
    replace: 'const next = succeeded(old, job, made) ?? old;',
  },
  {
    name: 'an entry moves on though its job did not change (C16)',
    file: 'machines/carried.ts',
    find: 'if (old !== undefined && old.entry.drv !== null && old.entry.drv === job.drv)',
    replace: 'if (old === null)',
  },
  {
    name: 'paths that were collected are carried on (C6)',
    file: 'machines/carried.ts',
    find: 'if (lost.has(held.entry.path)) dropped.push(job);\n    else if',
    replace: 'if',
  },
  {
    name: 'the cache branch of a closed pull request stays (B1)',
    file: 'machines/pull-request/closing.ts',
    find: "      { type: 'branch.delete', params: { branch: policy.cacheBranch } },\n",
    replace: '',
  },
  {
    name: 'a late result finds its build after the end (B4)',
    file: 'machines/pull-request/closing.ts',
    find: '      overlays: [],\n',
    replace: '',
  },
  {
    name: 'what a push supersedes keeps its pending statuses (A4)',
    file: observing,
    find: '? settle(`superseded by ${shortSha(next)}`)(context, event)',
    replace: '? nothing',
  },
  {
    name: 'what a stranger pushes is not stopped (F2)',
    file: observing,
    find: "event.type === 'pull.observed' ? stopAll('not built: waiting')(context, event) : nothing;",
    replace: 'nothing;',
  },
  {
    name: 'what is said already is said again',
    file: 'machines/status.ts',
    find: 'return last === undefined || !sameStatus(last, status);',
    replace: 'return last !== status;',
  },
  {
    name: 'a cache branch that was opened again is deleted (B3)',
    file: 'machines/moot.ts',
    find: 'return !isEnding && effect.params.branch === context.policy?.cacheBranch;',
    replace: 'return false;',
  },
  {
    name: 'what is under way is begun again (G6)',
    file: 'src/engine/worker.ts',
    find: 'const leaseFor = 15 * 60_000;',
    replace: 'const leaseFor = 500;',
    also: [
      {
        file: 'src/engine/worker.ts',
        find: 'claimEffect(tx, now, leaseFor, busy)',
        replace: 'claimEffect(tx, now, leaseFor, busy.slice(busy.length))',
      },
    ],
  },
  {
    name: 'an older status overtakes a newer one',
    file: 'src/log/outbox.ts',
    find: 'and (earlier.version < e.version',
    replace: 'and (1 = 0 and earlier.version < e.version',
    also: [
      {
        file: 'machines/moot.ts',
        find: 'return isReplaced(snapshot.context, effect.params);',
        replace: 'return isReplaced(snapshot.context, effect.params) && false;',
      },
    ],
  },
  {
    name: 'a timer that was dropped fires',
    file: 'src/log/outbox.ts',
    find: "await endTimers(db, cause, ended.dropped, 'dropped');",
    replace: '',
  },
  {
    name: 'an effect is ended before its event is recorded (rule 3)',
    file: 'src/engine/worker.ts',
    find: '    const { world } = this.#engine.options;\n    await this.#persist(() =>\n      this.#engine.record({',
    replace:
      '    const { world } = this.#engine.options;\n    await this.#finish(row, outcome, error);\n    await this.#persist(() =>\n      this.#engine.record({',
  },
  {
    name: 'what an effect has asked for waits for somebody else to look',
    file: 'src/engine/worker.ts',
    find: 'if (isAsked) this.#isBehind = true;',
    replace: '',
  },
  {
    name: 'what had to wait for its lane is forgotten',
    file: 'src/engine/worker.ts',
    find: 'if (this.#underWay.size > 0) this.#isBehind = true;',
    replace: '',
  },
  {
    name: 'a state that was rolled back is believed',
    file: 'src/log/direct.ts',
    find: 'statesOf(db)?.end(false);',
    replace: 'statesOf(db)?.end(true);',
  },
  {
    name: 'an old look at the forge undoes a newer one',
    file: 'src/engine/observe.ts',
    find: '        expected: state.version,\n',
    replace: '',
  },
  {
    name: 'the machine never learns that something was given up',
    file: 'src/engine/worker.ts',
    find: "if (event === null) await this.#finish(row, 'dead', message);",
    replace: "if (event !== undefined) await this.#finish(row, 'dead', message);",
  },
  {
    name: 'builds without a result are not asked about (C4, G1)',
    file: 'src/engine/reconcile.ts',
    find: 'for (const build of liveBuilds(stream, snapshot, place))\n',
    replace: 'for (const build of liveBuilds(stream, snapshot, place).slice(0, 0))\n',
  },
  {
    name: 'pull requests are not reconciled (B9, D3)',
    file: 'src/engine/reconcile.ts',
    find: 'await attempt(`#${number}`, () => observePull(engine, place, number, source, seen));',
    replace: 'void seen;',
  },
  {
    name: 'commit.txt holds the overlay before this one',
    file: 'src/effects/overlay-push.ts',
    find: '{ path: params.commitFile, content: `${head}\\n` },',
    replace: '{ path: params.commitFile, content: `${params.expected ?? head}\\n` },',
  },
  {
    name: 'a push overwrites what it has not seen (E5)',
    file: 'src/effects/overlay-push.ts',
    find: 'scene.mirror.push(params.branch, commit, params.expected)',
    replace: 'scene.mirror.push(params.branch, commit, await scene.mirror.tip(params.branch))',
  },
  {
    name: 'every branch of that name is ours (E7)',
    file: 'src/effects/ownership.ts',
    find: 'if (origin.known !== null) return true;',
    replace: 'if (origin !== null) return true;',
  },
  {
    name: 'a pull request that never had a head is built (B7)',
    file: guards,
    find: 'return isTipNews(asked) && isOpen(asked);',
    replace: 'return isTipNews(asked);',
  },
  {
    name: 'what the CI could not keep is not asked for again (C6)',
    file: 'src/engine/reconcile.ts',
    find: '      await keepAgain(engine, place);\n',
    replace: '      void keepAgain;\n',
  },
  {
    name: 'a build that could not be cancelled is forgotten (B1)',
    file: guards,
    find: "return overlayOf(context, event)?.phase === 'cancelled';",
    replace: 'return false;',
  },
  {
    name: 'an ancestor takes the place of what the own build confirmed (C16)',
    file: 'machines/pull-request/start-from.ts',
    find: 'const isConfirmed = attempt > 0 && !seedIsNew;',
    replace: 'const isConfirmed = attempt > 0 && !seedIsNew && attempt < 0;',
  },
  {
    name: 'two pull requests with one head say what each likes (B10)',
    file: 'src/effects/status-publish.ts',
    find: 'if (others.length === 0) return own;',
    replace: 'if (others.length >= 0) return own;',
  },
  {
    name: 'what was given up and done later is given up for ever, in a log that is folded anew (E3)',
    file: 'src/log/rebuilt-effects.ts',
    find: 'givenUp ?? this.#unfinished.get(id);',
    replace: 'this.#unfinished.get(id);',
  },
];
