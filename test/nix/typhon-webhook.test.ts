import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ran, TyphonProject } from './typhon-project.ts';

const none = '0'.repeat(40);
const [one, two] = ['1'.repeat(40), '2'.repeat(40)];

let project: TyphonProject;
beforeAll(async () => {
  project = await TyphonProject.create('secrets = ./secrets.age; title = "The title";');
});
afterAll(() => project.destroy());

interface Delivery {
  readonly body: string;
  readonly event?: string;
  readonly secret?: string;
  readonly signature?: string;
}

function deliver({
  body,
  event = 'push',
  secret = 'the secret',
  signature,
}: Delivery): Promise<Ran> {
  const signed = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return project.run('webhook', {
    input: {
      headers: { 'x-github-event': event, 'x-hub-signature-256': signature ?? signed },
      body,
    },
    secrets: { github_webhook_secret: secret },
  });
}

const push = (ref: string, before: string, after: string) => JSON.stringify({ ref, before, after });

async function commands(body: string): Promise<unknown> {
  const ran = await deliver({ body });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout);
}

describe('the project', () => {
  it('is what Typhon reads: meta, and the actions of its system', () => {
    expect(project.declaration).toEqual({
      meta: { title: 'The title', description: '', homepage: 'https://github.com/owner/repo' },
      actions: { 'x86_64-linux': project.actions },
    });
  });
});

describe('the webhook action', () => {
  it('makes a jobset of a branch that is new, and evaluates it', async () => {
    expect(await commands(push('refs/heads/orthrus/pr-12', none, one))).toEqual([
      {
        command: 'NewJobset',
        name: 'orthrus/pr-12',
        decl: { flake: true, url: 'github:owner/repo/orthrus/pr-12' },
      },
      { command: 'EvaluateJobset', name: 'orthrus/pr-12' },
    ]);
  });

  it('evaluates a branch that moved', async () => {
    expect(await commands(push('refs/heads/main', one, two))).toEqual([
      { command: 'EvaluateJobset', name: 'main' },
    ]);
  });

  it('deletes the jobset of a branch that is gone', async () => {
    expect(await commands(push('refs/heads/main', one, none))).toEqual([
      { command: 'DeleteJobset', name: 'main' },
    ]);
  });

  it('does nothing for a tag, or for another event', async () => {
    expect(await commands(push('refs/tags/v1', none, one))).toEqual([]);
    const ping = await deliver({ body: '{"zen":"Anything."}', event: 'ping' });
    expect(ping).toMatchObject({ code: 0, stdout: '[]\n' });
  });

  it.each([
    '"; touch owned; "',
    "it's-$(touch owned)-`touch owned`",
    '$HOME/%s/%2F#&=',
    'a b\tc',
    'größe/日本語/🐕',
    '{branch}',
    '\\n\\u0000',
    '-e',
  ])('F5 a branch named %j is a name, and nothing else', async (name) => {
    const escaped = name.split('/').map(encodeURIComponent).join('/');
    const made = await commands(push(`refs/heads/${name}`, none, one));
    expect(made).toMatchObject([
      { command: 'NewJobset', name },
      { command: 'EvaluateJobset', name },
    ]);
    const url = (made as [{ decl: { url: string } }])[0].decl.url;
    expect(decodeURIComponent(url)).toBe(`github:owner/repo/${name}`);
    // encodeURIComponent leaves !'()* as they are, and so may jq.
    expect(url.replaceAll(/%(21|27|28|29|2A)/g, (hex) => decodeURIComponent(hex))).toBe(
      `github:owner/repo/${escaped}`,
    );
  });

  it('D5 says nothing, and so makes Typhon answer 400, when the signature is wrong', async () => {
    const body = push('refs/heads/main', one, two);
    const zeros = `sha256=${'0'.repeat(64)}`;
    for (const signature of [zeros, '', 'sha256=']) {
      const ran = await deliver({ body, signature });
      expect(ran).toEqual({ code: 1, stdout: '', stderr: 'orthrus: the signature is wrong\n' });
    }
  });

  it('D5 trusts nobody while there is no secret', async () => {
    const body = push('refs/heads/main', one, two);
    const signature = `sha256=${createHmac('sha256', '').update(body).digest('hex')}`;
    const ran = await project.run('webhook', {
      input: { headers: { 'x-github-event': 'push', 'x-hub-signature-256': signature }, body },
      secrets: {},
    });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
  });

  it('D5 says nothing about a body that is no push', async () => {
    for (const body of ['', 'no JSON', '[]', '{"ref":"refs/heads/main"}']) {
      const ran = await deliver({ body });
      expect(ran.stdout).toBe('');
      expect(ran.code).not.toBe(0);
    }
  });

  it('signs as RFC 2104 says, whatever the lengths and bytes', async () => {
    // SHA-256's block is 64 bytes; a body may end in line breaks.
    for (const length of [1, 55, 63, 64, 65, 200]) {
      const secret = Array.from({ length }, (_, at) => String.fromCodePoint(32 + at * 37)).join('');
      const body = `${push('refs/heads/main', one, two)}\n\n`;
      expect(await deliver({ body, secret })).toMatchObject({ code: 0, stderr: '' });
    }
  });
});
