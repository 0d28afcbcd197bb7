import { signedHeaders } from './announcer.ts';
import { TyphonApi } from './api.ts';
import type { TyphonCiOptions } from './options.ts';

/** One thing that was looked at, for `orthrus doctor`: how it is, and if it is wrong, what to do. */
export interface Finding {
  readonly ok: boolean;
  readonly line: string;
}

type Options = Pick<TyphonCiOptions, 'url' | 'webhookSecret' | 'world'>;

/** Milliseconds that a webhook without any work in it may take. */
const probePatience = 120_000;

/**
 * Says whether a Typhon can be worked with, without doing anything there: a webhook of an event that is no push makes the
 * stock action print no command at all, but not before it has checked the signature.
 */
export async function examineTyphon(
  options: Options,
  project: string,
): Promise<readonly Finding[]> {
  const api = new TyphonApi(options.url, options.world);
  try {
    const reached = await reach(api, options, project);
    if (!reached.ok) return [reached];
    return [reached, await events(api), ...(await webhook(api, options, project))];
  } finally {
    api.close();
  }
}

async function reach(api: TyphonApi, { world }: Options, project: string): Promise<Finding> {
  const begun = world.now();
  try {
    const { total } = await api.evaluations(project, null, 0);
    const took = `in ${String(world.now() - begun)} ms`;
    const count = `${String(total)} evaluation${total === 1 ? '' : 's'} of project "${project}"`;
    return { ok: true, line: `Typhon answers at ${api.http.shown} ${took}, and has ${count}` };
  } catch (error) {
    return { ok: false, line: `${said(error)}: is Typhon running, and is "url" right?` };
  }
}

async function events(api: TyphonApi): Promise<Finding> {
  try {
    const body = await api.events();
    body.destroy();
    return { ok: true, line: 'its events can be listened to' };
  } catch (error) {
    return {
      ok: false,
      line: `its events cannot be listened to, so results are only found by polling (${said(error)}): let /api/events through unbuffered`,
    };
  }
}

async function webhook(
  api: TyphonApi,
  { webhookSecret, world }: Options,
  project: string,
): Promise<Finding[]> {
  const body = JSON.stringify({ zen: 'Orthrus has two heads.' });
  const send = (secret: string): Promise<{ status: number; text: string }> =>
    api.webhook(project, body, signedHeaders(body, secret, 'ping'), probePatience);
  try {
    const wrong = await send(`not ${webhookSecret}`);
    if (wrong.status === 404) {
      const line = `Typhon knows no project "${project}": create it there, or correct "project"`;
      return [{ ok: false, line }];
    }
    if (wrong.status === 200) {
      const line = `project "${project}" takes webhooks whoever signs them: give it an action \`webhook\` that checks the signature`;
      return [{ ok: false, line }];
    }
    if (wrong.status !== 400) return [unexpected(wrong.status)];
    const begun = world.now();
    const right = await send(webhookSecret);
    const took = `${String(world.now() - begun)} ms`;
    if (right.status === 200) {
      const line = `project "${project}" takes webhooks signed with our secret, an empty one in ${took}`;
      return [{ ok: true, line }];
    }
    if (right.status !== 400) return [unexpected(right.status)];
    const line = `project "${project}" refuses webhooks signed with our secret: make "webhookSecret" its github_webhook_secret, and give it the stock action \`webhook\``;
    return [{ ok: false, line }];
  } catch (error) {
    return [
      { ok: false, line: `a webhook that asks for nothing was not answered: ${said(error)}` },
    ];
  }
}

function unexpected(status: number): Finding {
  return {
    ok: false,
    line: `Typhon answered ${String(status)} to a webhook: its own log says why`,
  };
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
