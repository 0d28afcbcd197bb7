import { launchBrowser } from '../test/doubles/browser.ts';
import { addLongRun, fewJobs, longRunPath, manyPushes } from '../test/dashboard/long-run.ts';
import { startSeededSite } from '../test/dashboard/seeded-site.ts';
import { type BenchResult, median } from './result.ts';

/** Milliseconds from a step to the frame that shows it. */
const goal = 50;
const steps = 400;

/**
 * Goes step by step through the run of a pull request with more than a thousand events, in a real browser: from the
 * slider's being moved to the end of the frame in which the step is drawn.
 */
export async function bench(): Promise<BenchResult[]> {
  const site = await startSeededSite();
  const opened = await launchBrowser();
  try {
    const events = await addLongRun(site.service, { jobs: fewJobs, pushes: manyPushes });
    const { page } = await opened.openPage(`${site.url}${longRunPath}?at=1`);
    await page.locator('.live .good').waitFor();
    const times: number[] = await page.evaluate(`(async () => {
      const slider = document.querySelector('#at');
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      // A message comes after the frame that it was sent in has been drawn.
      const drawn = () => new Promise((resolve) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve();
          port2.postMessage(null);
        });
      });
      const shown = (version) => document.querySelector('.step-view .quiet').textContent.startsWith(version + ',');
      const times = [];
      for (let version = 2; version <= ${steps + 1}; version += 1) {
        await frame();
        const begun = performance.now();
        slider.value = String(version);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        do await drawn(); while (!shown(version));
        times.push(performance.now() - begun);
      }
      return times;
    })()`);
    const middle = median(times);
    const slowest = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.NaN;
    const line = (name: string, value: number, wanted: number | null): BenchResult => ({
      name: `${name} of a run of ${events} events`,
      value: Math.round(value * 10) / 10,
      unit: 'ms',
      ratio: null,
      against: null,
      goal: wanted === null ? 'none' : `≤ ${wanted} ms`,
      ok: wanted === null || value <= wanted,
    });
    // The slowest tell more of what else the machine does than of the page.
    return [
      line('timeline: a step', middle, goal),
      line('timeline: 19 of 20 steps', slowest, null),
    ];
  } finally {
    await opened.browser.close();
    await site.end();
  }
}
