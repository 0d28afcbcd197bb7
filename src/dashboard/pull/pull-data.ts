import type { PullDetailJson } from '../../http/pull-detail.ts';
import type { EventJson } from '../../http/pull-json.ts';
import type { Marks } from './marks.ts';
import type { TimelinePart } from './timeline-data.ts';

/** What the page of a pull request, or of a branch, is drawn from. */
export interface PullData {
  readonly pull: PullDetailJson;
  /** What the API has of it is below this address. */
  readonly api: string;
  /** Server-sent events. */
  readonly stream: string;
  /** The version that is looked at. */
  readonly at: number;
  readonly newest: number;
  /** The part of its run that has that version. */
  readonly part: TimelinePart;
  readonly marks: Marks;
  /** Events as they were recorded, newest first; a page of them. */
  readonly events: readonly EventJson[];
  /** Whether there is an operator's token that calls could be made with. */
  readonly hasOperator: boolean;
}
