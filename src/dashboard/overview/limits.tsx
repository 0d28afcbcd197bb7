import type { VNode } from 'preact';
import type { CallBudget } from '../../ports/forge.ts';
import { Bar } from '../shared/bar.tsx';
import { useSite } from '../shared/site.ts';
import type { ForgeLimits } from './overview-data.ts';

/** How much each forge still answers, as it last told. */
export function Limits({ forges }: { readonly forges: readonly ForgeLimits[] }): VNode {
  return (
    <table class="limits">
      <caption class="hidden">Calls left at the forges</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Forge</th>
          <th scope="col">Calls left</th>
        </tr>
      </thead>
      <tbody>
        {forges.map(({ forge, budgets, restsUntil }) => (
          <tr key={forge}>
            <th scope="row">{forge}</th>
            <td>
              {restsUntil !== null && (
                <p class="bad">
                  Nothing is asked of it for <In at={restsUntil} />: it told us to wait.
                </p>
              )}
              {budgets === null && <p class="quiet">has no limits</p>}
              {budgets?.length === 0 && <p class="quiet">not asked yet since the start</p>}
              {budgets?.map((budget) => (
                <Budget key={`${budget.of}/${budget.resource}`} budget={budget} />
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Budget({ budget }: { readonly budget: CallBudget }): VNode {
  const { of, resource, remaining, limit, resetAt } = budget;
  const name = resource === 'core' ? of : `${of}, ${resource}`;
  return (
    <p>
      <Bar of={remaining < limit / 10 ? 'bad' : 'good'} share={remaining / limit} /> {remaining} of{' '}
      {limit}{' '}
      <span class="quiet">
        ({name}; whole again in <In at={resetAt} />)
      </span>
    </p>
  );
}

/** Whole minutes until then; they go on with the clock. */
function In({ at }: { readonly at: number }): VNode {
  const { now } = useSite();
  const minutes = Math.max(0, Math.ceil((at - now.value) / 60_000));
  return <time dateTime={new Date(at).toISOString()}>{minutes} min</time>;
}
