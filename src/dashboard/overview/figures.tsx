import type { ComponentChildren, VNode } from 'preact';
import { duration } from '../../../machines/describe.ts';
import type { OverviewData } from './overview-data.ts';

/** What one wants to know at a glance. */
export function Figures({
  data: { builds, jobs, saved, days },
}: {
  readonly data: OverviewData;
}): VNode {
  const began = jobs.warm + jobs.cold + jobs.notBuilt;
  return (
    <dl class="figures">
      <Figure name="Builds" value={String(builds)}>
        {builds === 0 ? 'none yet' : `${(builds / days.length).toFixed(1)} a day`}
      </Figure>
      <Figure name="Not built at all" value={share(jobs.notBuilt, began)}>
        {`${jobs.notBuilt} of ${began} jobs`}
      </Figure>
      <Figure name="Built warm" value={share(jobs.warm, jobs.warm + jobs.cold)}>
        {`${jobs.warm} of ${jobs.warm + jobs.cold} jobs that were built`}
      </Figure>
      <Figure name="Time saved" value={savedText(saved.milliseconds)}>
        {`by ${saved.jobs} jobs${saved.without > 0 ? `; of ${saved.without} it is not known` : ''}`}
      </Figure>
    </dl>
  );
}

function Figure({
  name,
  value,
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span class="quiet">{children}</span>
      </dd>
    </div>
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`;
}

/** Hours without seconds: it is an estimate. */
function savedText(milliseconds: number): string {
  if (milliseconds < 0) return `−${savedText(-milliseconds)}`;
  const unit = milliseconds >= 3_600_000 ? 60_000 : 1000;
  return duration(Math.round(milliseconds / unit) * unit);
}
