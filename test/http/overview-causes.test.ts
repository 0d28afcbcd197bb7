import { expect, test } from 'vitest';
import { type BuildError, buildError, type JobResult, jobResult } from '../../machines/build.ts';
import { coldText, verdictOf } from '../../machines/describe.ts';
import { CauseCount, causeOf, type FailedBuild } from '../../src/http/overview-causes.ts';

const warm = { used: {}, milliseconds: 1000 };
const job = (state: JobResult['state']): JobResult => jobResult.parse({ name: 'hello', state });

function errorOf(kind: BuildError['kind'], message: string): BuildError {
  return buildError.parse({ kind, message, paths: ['/nix/store/x'] });
}

test.each([
  ['evaluation', verdictOf([], errorOf('evaluation', 'the CI failed'), warm)],
  ['missing-path', verdictOf([], errorOf('missing-path', ''), warm)],
  ['cancelled', verdictOf([], errorOf('cancelled', ''), warm)],
  ['cancelled', verdictOf([], errorOf('cancelled', 'by ada'), warm)],
  ['cancelled', verdictOf([job('cancelled')], null, warm)],
  ['ci', verdictOf([], errorOf('infrastructure', 'evaluation failed'), warm)],
  ['ci', verdictOf([job('error')], null, warm)],
  ['code', verdictOf([job('failure'), job('error')], null, warm)],
  [null, verdictOf([job('success')], null, warm)],
])('%s is told by the verdict: %o', (cause, { state, description }) => {
  expect(causeOf({ verdict: state, description })).toBe(cause);
});

test.each(['start', 'finish'])('no result in time is told by the verdict of timer.%s', (name) => {
  const description = `the CI did not ${name} the build in time`;
  expect(causeOf({ verdict: 'error', description })).toBe('timeout');
});

function build(
  of: Partial<FailedBuild> & Pick<FailedBuild, 'verdict'>,
  reason = 'from main',
): FailedBuild {
  const state = of.verdict === 'success' ? 'success' : 'failure';
  const jobs = [{ name: 'hello', state, reason }];
  return { stream: 'here:r#1', head: 'a', description: '', jobs, ...of };
}

test('a failure that is tried once more without the cache is one, whatever comes of it', () => {
  const healed = new CauseCount();
  healed.add(build({ verdict: 'failure' }));
  healed.add(build({ stream: 'here:r#2', verdict: 'success' }));
  healed.add(build({ verdict: 'success' }, coldText['incremental-failed']));
  expect(healed.all()).toEqual([{ cause: 'incremental', count: 1 }]);

  const confirmed = new CauseCount();
  confirmed.add(build({ verdict: 'failure' }));
  confirmed.add(build({ verdict: 'failure' }, coldText['incremental-failed']));
  expect(confirmed.all()).toEqual([{ cause: 'code', count: 1 }]);
});

test('a failure of another head, or asked for again, is another', () => {
  const count = new CauseCount();
  count.add(build({ verdict: 'failure' }));
  count.add(build({ verdict: 'failure' }));
  count.add(build({ verdict: 'success', head: 'b' }, coldText['incremental-failed']));
  count.add(build({ verdict: 'error', description: 'the CI failed: a disk' }));
  expect(count.all()).toEqual([
    { cause: 'code', count: 2 },
    { cause: 'ci', count: 1 },
  ]);
});
