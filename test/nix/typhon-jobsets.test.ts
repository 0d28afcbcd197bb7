import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ran, TyphonProject } from './typhon-project.ts';
import { type Answer, type Received, Receiver } from './typhon-receiver.ts';

let branches: string[] = [];
let fault: (request: Received) => Answer | null = () => null;
let github: Receiver;
let incremental: TyphonProject;
let plain: TyphonProject;

function answer(request: Received): Answer {
  const broken = fault(request);
  if (broken !== null) return broken;
  const { searchParams } = new URL(request.url, 'http://github');
  const size = Number(searchParams.get('per_page') ?? 30);
  const from = (Number(searchParams.get('page') ?? 1) - 1) * size;
  const page = branches.slice(from, from + size);
  return { status: 200, body: page.map((name) => ({ name, commit: { sha: '1'.repeat(40) } })) };
}

beforeAll(async () => {
  github = await Receiver.create(answer);
  const at = `apiUrl = "${github.url}"; branches = [ "main" "release/1.x" ];`;
  incremental = await TyphonProject.create(at);
  plain = await TyphonProject.create(
    `${at} incremental = false; url = "git+https://g/r?ref={branch}";`,
  );
});
afterAll(async () => {
  await incremental.destroy();
  await plain.destroy();
  await github.close();
});
afterEach(() => {
  github.received.splice(0);
  fault = () => null;
});

const list = (project: TyphonProject, secrets = {}): Promise<Ran> =>
  project.run('jobsets', { input: null, secrets });

async function jobsets(project: TyphonProject): Promise<Record<string, unknown>> {
  const ran = await list(project);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout);
}

describe('the jobsets action', () => {
  it("is the branches that are built as themselves, and the cache branches; not pull requests' own", async () => {
    branches = [
      'fix',
      'gh-readonly-queue/main/pr-3-abc',
      'main',
      'main-2',
      'orthrus/pr-3',
      'release/1.x',
    ];
    expect(await jobsets(incremental)).toEqual({
      'gh-readonly-queue/main/pr-3-abc': {
        flake: true,
        url: 'github:owner/repo/gh-readonly-queue/main/pr-3-abc',
      },
      main: { flake: true, url: 'github:owner/repo/main' },
      'orthrus/pr-3': { flake: true, url: 'github:owner/repo/orthrus/pr-3' },
      'release/1.x': { flake: true, url: 'github:owner/repo/release/1.x' },
    });
  });

  it('is every branch with the switch off, hostile names as data', async () => {
    branches = ['main', '"$(touch owned)"', "it's/größe"];
    const made = await jobsets(plain);
    expect(Object.keys(made).toSorted()).toEqual(branches.toSorted());
    const url = (name: string) => (made[name] as { url: string }).url;
    for (const name of branches)
      expect(new URL(url(name).replace('git+', '')).searchParams.get('ref')).toBe(name);
  });

  it.each([0, 99, 100, 101, 250])(
    'is all of %d branches, however many pages they take',
    async (count) => {
      branches = Array.from({ length: count }, (_, at) => `orthrus/pr-${String(at)}`);
      expect(Object.keys(await jobsets(incremental))).toHaveLength(count);
    },
  );

  it('says nothing when a page fails: Typhon would delete what is not named', async () => {
    branches = Array.from({ length: 150 }, (_, at) => `orthrus/pr-${String(at)}`);
    fault = ({ url }) => (url.includes('page=2') ? { status: 403 } : null);
    const ran = await list(incremental);
    expect(ran.stdout).toBe('');
    expect(ran.code).not.toBe(0);
  });

  it('asks as whom the token says, or as nobody', async () => {
    branches = ['main'];
    await list(incremental, { github_token: 'the token' });
    await list(incremental);
    expect(github.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer the token',
      undefined,
    ]);
    expect(github.received[0]?.url).toBe('/repos/owner/repo/branches?per_page=100&page=1');
  });
});
