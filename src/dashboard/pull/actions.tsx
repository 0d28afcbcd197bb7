import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { shortSha } from '../../../machines/describe.ts';
import type { PullDetailJson } from '../../http/pull-detail.ts';
import { ActionDialog } from './action-dialog.tsx';
import { useModel } from './model-context.ts';
import type { OperatorCall } from './operator-call.ts';
import { useScripts } from './use-scripts.ts';

/** What an operator can have done now. */
export interface Action {
  readonly name: string;
  readonly says: string;
  readonly call: OperatorCall;
}

function actionsFor(pull: PullDetailJson): readonly Action[] {
  const { accepts, head } = pull;
  const actions: Action[] = [];
  if (pull.held !== null)
    actions.push({
      name: 'Accept',
      says: `It is held: ${pull.held}. Accepted, it goes on with what this version makes of its log.`,
      call: { path: 'accept', body: {} },
    });
  if (pull.state === 'awaitingApproval' && head !== null)
    actions.push({
      name: `Approve ${shortSha(head)}`,
      says: `The head ${shortSha(head)} is by somebody who may not write. Approved, it is fetched, and its code is built.`,
      call: { path: 'approve', body: { head } },
    });
  if (accepts.includes('rebuild.requested'))
    actions.push(
      {
        name: 'Rebuild',
        says: 'The head is built again, from the cache.',
        call: { path: 'rebuild', body: { cold: false } },
      },
      {
        name: 'Rebuild cold',
        says: 'The head is built again, without the cache: every job from nothing.',
        call: { path: 'rebuild', body: { cold: true } },
      },
    );
  return actions;
}

/** An operator's hand. It needs scripts, and the operator's token. */
export function Actions(): VNode {
  const model = useModel();
  const scripts = useScripts();
  const [chosen, choose] = useState<Action | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const outcome = useRef<HTMLParagraphElement>(null);
  if (!model.data.hasOperator)
    return (
      <p class="actions quiet">
        Operator’s calls are off: the configuration has no <code>operatorToken</code>.
      </p>
    );
  if (!scripts)
    return (
      <noscript>
        <p class="actions quiet">
          To approve or rebuild without scripts: <code>orthrus approve</code>,{' '}
          <code>orthrus rebuild</code>.
        </p>
      </noscript>
    );
  return (
    <div class="actions">
      {actionsFor(model.pull.value).map((action) => (
        <button
          key={action.name}
          type="button"
          onClick={(event) => {
            opener.current = event.currentTarget;
            setDone(null);
            choose(action);
          }}
        >
          {action.name}
        </button>
      ))}
      <p ref={outcome} role="status" tabIndex={-1}>
        {done}
      </p>
      {chosen !== null && (
        <ActionDialog
          action={chosen}
          onEnd={(said) => {
            choose(null);
            setDone(said);
            // Once it is done there may be no such button any more.
            (said === null ? opener : outcome).current?.focus();
          }}
        />
      )}
    </div>
  );
}
