import type { PullModel } from './pull-model.ts';

/** A build tells of its jobs in bursts: one look is enough for each. */
const gather = 100;

/**
 * Follows the stream of events: whatever is recorded of this pull request is on the page at once.
 * @returns what ends it
 */
export function listen(model: PullModel): () => void {
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
  const wanted = (): void => {
    if (isWanted) return;
    isWanted = true;
    setTimeout(() => void look(), gather);
  };
  const source = new EventSource(model.data.stream);
  source.addEventListener('open', () => {
    // What was recorded while nobody listened.
    model.isLive.value = true;
    wanted();
  });
  source.addEventListener('error', () => {
    model.isLive.value = false;
  });
  source.addEventListener('message', (message) => {
    const told: { stream: string } = JSON.parse(String(message.data));
    if (told.stream === stream) wanted();
  });
  return () => source.close();
}
