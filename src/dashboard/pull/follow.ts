import { listen } from '../shared/live.ts';
import type { PullModel } from './pull-model.ts';

/** A build tells of its jobs in bursts: one look is enough for each. */
const gatherFor = 100;
/** What is under way says since when: that is asked for again after so long. */
const lookAgainAfter = 5_000;

/**
 * Follows the stream of events: whatever is recorded of this pull request is on the page at once.
 * @returns a function that ends it
 */
export function follow(model: PullModel): () => void {
  const { stream } = model.data.pull;
  let isWanted = false;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    while (isWanted) {
      isWanted = false;
      await model.catchUp();
    }
    isLooking = false;
  };
  const want = (): void => {
    if (isWanted) return;
    isWanted = true;
    setTimeout(() => void look(), gatherFor);
  };
  const unlisten = listen(model.data.stream, {
    onEvent: (event) => {
      if (event.stream === stream) want();
    },
    onLost: () => {
      model.isLive.value = false;
    },
    onOpen: () => {
      model.isLive.value = true;
      // What was recorded while nobody listened: since the page was drawn, or since the connection broke.
      want();
    },
  });
  const timer = setInterval(() => {
    if (!document.hidden && model.pull.value.waitsFor !== null) void model.lookAgain();
  }, lookAgainAfter);
  return () => {
    clearInterval(timer);
    unlisten();
  };
}
