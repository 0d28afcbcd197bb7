import { pathToFileURL } from 'node:url';
import { GitHubDouble } from '../test/doubles/github/github-double.ts';
import { built } from '../test/doubles/scripted-ci.ts';
import { TestWorld } from '../test/doubles/test-world.ts';
import { freePort, GitHubStory } from '../test/github/github-story.ts';
import { type BenchResult, median } from './result.ts';

const pushes = 5;

/** What a push whose two jobs succeed costs of GitHub's rate limit: calls of its API, and statuses among them. */
export async function bench(): Promise<BenchResult[]> {
  const world = new TestWorld();
  const github = new GitHubDouble({ now: () => world.now() });
  await github.start();
  const story = new GitHubStory(github, world, await freePort(), {});
  try {
    const base = await story.pushMain({ 'a.c': 'base' });
    await story.start();
    const { pull, head } = await story.open('feature', base, { 'a.c': 'first' });
    const calls: number[] = [];
    const statuses: number[] = [];
    let from = 0;
    let last = head;
    for (let push = 0; push <= pushes; push += 1) {
      if (push > 0) {
        world.advance(2000);
        from = github.ledger.requests.length;
        last = story.repository.git.commit(last, { 'a.c': String(push) });
        await github.people.update(pull, last);
      }
      await story.untilSo('the build is asked for', () => story.ci.builds.size === push + 1);
      await story.settle();
      const build = await story.build(1);
      story.ci.begin(build);
      story.ci.finish(build, built('app', last), built('lib', last));
      await story.until(1, 'idle');
      await story.settle();
      const made = story.restCalls(from);
      if (push === 0) continue;
      calls.push(made.length);
      statuses.push(made.filter((call) => call.startsWith('POST ')).length);
    }
    return [
      {
        name: "GitHub's API, a push whose two jobs succeed",
        value: median(calls),
        unit: 'calls',
        ratio: null,
        against: null,
        goal: '<= 3',
        ok: median(calls) <= 3,
      },
      {
        name: 'statuses among them',
        value: median(statuses),
        unit: 'statuses',
        ratio: null,
        against: null,
        goal: 'for information',
        ok: true,
      },
    ];
  } finally {
    await story.end();
    await github.stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const result of await bench()) console.log(JSON.stringify(result));
