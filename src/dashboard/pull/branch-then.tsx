import type { VNode } from 'preact';
import { Sha } from '../shared/sha.tsx';
import type { Json } from './changes.ts';
import { inside, listIn, textIn } from './json-text.ts';

/** Head, cache branch and overlays as they were known then. */
export function BranchThen({ context }: { readonly context: Json }): VNode {
  const tip = inside(context, 'tip');
  const overlays = listIn(context, 'overlays').toReversed();
  const build = inside(context, 'build');
  const cacheBranch = textIn(inside(context, 'policy'), 'cacheBranch');
  const isPull = inside(context, 'overlays') !== undefined;
  return (
    <div class="branch-then">
      <h4>{isPull ? 'The branch then' : 'The build then'}</h4>
      <dl>
        <dt>Head</dt>
        <dd>
          <Sha commit={textIn(context, 'head')} />
        </dd>
        {isPull && (
          <>
            <dt>Cache branch</dt>
            <dd>
              <code>{cacheBranch ?? 'none'}</code> at <Sha commit={textIn(context, 'branchTip')} />
              {tip !== undefined && tip !== null && (
                <span class="quiet">
                  {' '}
                  for <Sha commit={textIn(tip, 'head')} />, attempt {textIn(tip, 'attempt')}
                </span>
              )}
            </dd>
          </>
        )}
        {build !== undefined && build !== null && (
          <>
            <dt>Build</dt>
            <dd>
              <Sha commit={textIn(build, 'commit')} />, attempt {textIn(build, 'attempt')},{' '}
              {textIn(build, 'phase')}
            </dd>
          </>
        )}
      </dl>
      {overlays.length > 0 && (
        <table>
          <caption>Overlays</caption>
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Of head</th>
              <th scope="col">Overlay</th>
              <th scope="col">Is</th>
            </tr>
          </thead>
          <tbody>
            {overlays.map((overlay) => (
              <tr key={textIn(overlay, 'attempt')}>
                <th scope="row">{textIn(overlay, 'attempt')}</th>
                <td>
                  <Sha commit={textIn(overlay, 'head')} />
                </td>
                <td>
                  <Sha commit={textIn(overlay, 'commit')} />
                </td>
                <td>{textIn(overlay, 'phase')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
