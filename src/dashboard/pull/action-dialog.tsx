import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Action } from './actions.tsx';
import { useModel } from './model-context.ts';
import { callAsOperator, operatorToken } from './operator-call.ts';

/** Says what will be done, asks for the token if it is not known yet, and tells what went wrong. */
export function ActionDialog({
  action,
  onEnd,
}: {
  readonly action: Action;
  /** With what is to be said of it, or null if it was called off. */
  readonly onEnd: (said: string | null) => void;
}): VNode {
  const model = useModel();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [asksToken, askToken] = useState(operatorToken.get() === null);
  const [isUnderWay, setUnderWay] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (asksToken) field.current?.focus();
  }, [asksToken, error]);

  const submit = async (): Promise<void> => {
    const token = field.current?.value ?? operatorToken.get() ?? '';
    setUnderWay(true);
    setError(null);
    const outcome = await callAsOperator(model.data.api, action.call, token);
    setUnderWay(false);
    if (outcome.kind === 'wrong-token') {
      operatorToken.forget();
      askToken(true);
      if (field.current !== null) field.current.value = '';
      return setError('That is not the operator’s token.');
    }
    if (outcome.kind === 'failed') return setError(outcome.reason);
    operatorToken.set(token);
    if (outcome.kind === 'ignored') return setError(`Nothing is done: ${outcome.reason}`);
    onEnd(`${action.name}: recorded as event ${outcome.version}.`);
    await model.go(model.newest.value);
    await model.catchUp();
  };

  return (
    <dialog ref={dialog} aria-labelledby="action" onClose={() => onEnd(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id="action">{action.name}</h2>
        <p>{action.says}</p>
        {asksToken && (
          <p>
            <label for="token">The operator’s token</label>
            <input ref={field} id="token" type="password" autocomplete="off" required />
            <small class="quiet">
              Kept until this tab is closed, and sent only with such calls.
            </small>
          </p>
        )}
        <p class="bad" role="alert">
          {error}
        </p>
        <p class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={isUnderWay}>
            {action.name}
          </button>
        </p>
      </form>
    </dialog>
  );
}
