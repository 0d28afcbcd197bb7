import type { VNode } from 'preact';
import { Bar } from '../shared/bar.tsx';
import type { Cause, OverviewData } from './overview-data.ts';

export function Failures({ failures, builds }: Pick<OverviewData, 'failures' | 'builds'>): VNode {
  if (failures.length === 0) return <p class="quiet">None.</p>;
  const most = Math.max(...failures.map(({ count }) => count));
  return (
    <table class="failures">
      <caption class="hidden">Failures by cause, of {builds} builds</caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Cause</th>
          <th scope="col">Builds</th>
        </tr>
      </thead>
      <tbody>
        {failures.map(({ cause, count }) => (
          <tr key={cause}>
            <th scope="row">{causeTexts[cause]}</th>
            <td>
              <div class="measured">
                <span>{count}</span>
                <Bar of="bad" share={count / most} />
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const causeTexts: Readonly<Record<Cause, string>> = {
  code: 'The code',
  incremental: 'The incremental build only',
  evaluation: 'The evaluation',
  ci: 'The CI itself',
  cancelled: 'Cancelled',
  timeout: 'No result in time',
  'missing-path': 'A cache that was gone',
};
