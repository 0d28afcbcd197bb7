import type { VNode } from 'preact';
import type { OverviewDay } from './overview-data.ts';

export function DaysTable({ days }: { readonly days: readonly OverviewDay[] }): VNode {
  return (
    <table class="days">
      <caption class="hidden">Builds a day by their verdict</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          <th scope="col">Success</th>
          <th scope="col">Failure</th>
          <th scope="col">Error</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(({ day, success, failure, error }) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            <td>{success}</td>
            <td>{failure}</td>
            <td>{error}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
