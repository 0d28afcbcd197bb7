import { createHmac } from 'node:crypto';
import type { Jobset } from '../../ports/ci.ts';
import { PortError } from '../../ports/port-error.ts';
import { redacted } from '../../ports/secrets.ts';
import type { TyphonApi } from './api.ts';
import { jobsetName } from './jobset-name.ts';
import { nixSaid } from './nix-said.ts';

const zeros = '0'.repeat(40);

/** What a push webhook says of its branch. */
type Push =
  | { readonly is: 'created' | 'moved'; readonly commit: string }
  | { readonly is: 'deleted' };

/**
 * Tells Typhon of pushes as GitHub would, which is all that can be had without its password: the project's `webhook`
 * action checks the signature, and what it prints is done with the admin's rights.
 *
 * One webhook at a time per project: each ends with a scan for GC roots, and two would only make each other slower.
 */
export class Announcer {
  private readonly api: TyphonApi;
  private readonly secret: string;
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(api: TyphonApi, secret: string) {
    this.api = api;
    this.secret = secret;
  }

  /**
   * Has the branch evaluated. A jobset cannot be created twice, nor one be evaluated that does not exist; whether it
   * exists nobody told us, so what did not work in one way is tried in the other.
   * @param options `isNew`: what to try first; `isMoot`: asked when the turn has come
   * @throws {PortError}
   */
  announce(
    jobset: Jobset,
    commit: string,
    options: { readonly isNew: boolean; readonly isMoot: () => boolean },
  ): Promise<void> {
    return this.inTurn(jobset.project, async () => {
      if (options.isMoot()) return;
      const first = options.isNew ? 'created' : 'moved';
      const status = await this.send(jobset, { is: first, commit });
      if (status === 200 || options.isMoot()) return;
      const other = options.isNew ? 'moved' : 'created';
      const again = await this.send(jobset, { is: other, commit });
      // Neither a jobset of it nor a new one: it is the project that is not there.
      if (again !== 200) throw refused(jobset, status === 404 ? again : status);
    });
  }

  /** @throws {PortError} `unavailable`, with what Typhon answers to an unknown jobset too */
  deleted(jobset: Jobset, isGone: () => Promise<boolean>): Promise<void> {
    return this.inTurn(jobset.project, async () => {
      const status = await this.send(jobset, { is: 'deleted' });
      if (status === 200 || status === 404 || (await isGone())) return;
      throw refused(jobset, status);
    });
  }

  /** @returns 200, or 404 or 500: it could not be done */
  private async send(jobset: Jobset, push: Push): Promise<200 | 404 | 500> {
    const { status, text } = await this.api.webhook(jobset.project, ...this.signed(jobset, push));
    if (status === 200 || status === 404 || status === 500) return status;
    throw failed(jobset, status, text);
  }

  private signed(jobset: Jobset, push: Push): [string, Readonly<Record<string, string>>] {
    jobsetName(jobset);
    const after = push.is === 'deleted' ? zeros : push.commit;
    // The commit before is of no interest, but for whether there was one.
    const before = push.is === 'created' ? zeros : 'f'.repeat(40);
    // No newline at its end: the action's shell would take it off before it computes the signature.
    const body = JSON.stringify({ ref: jobset.ref, before, after });
    return [body, signedHeaders(body, this.secret, 'push')];
  }

  private inTurn(project: string, work: () => Promise<void>): Promise<void> {
    const before = this.turns.get(project) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.turns.set(project, mine);
    const forget = (): void => {
      if (this.turns.get(project) === mine) this.turns.delete(project);
    };
    mine.then(forget, forget);
    return mine;
  }
}

export function signedHeaders(
  body: string,
  secret: string,
  event: string,
): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', secret).update(body).digest('hex');
  return {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-hub-signature-256': `sha256=${signature}`,
  };
}

function refused({ project, ref }: Jobset, status: 404 | 500): PortError {
  return status === 404
    ? new PortError(
        'not-found',
        `Typhon knows no project "${project}": create it there, or correct "project"`,
      )
    : new PortError(
        'unavailable',
        `Typhon could not do what the push of ${ref} asks of project "${project}" (500): its own log says why`,
      );
}

function failed({ project, ref }: Jobset, status: number, text: string): PortError {
  if (status === 400) return badRequest(project, ref, text);
  if (status === 401 || status === 403) {
    return new PortError('denied', `something before Typhon refuses webhooks (${String(status)})`);
  }
  return new PortError('unavailable', `Typhon answered ${String(status)} to a webhook`);
}

/** The same status says that the branch could not be locked, by what Nix has to say about it. */
function badRequest(project: string, ref: string, text: string): PortError {
  const said = nixSaid(redacted(text));
  if (/\berror:|NixCommand|Nix error/.test(text)) {
    return new PortError('unavailable', `Typhon could not look up ${ref}: ${said.slice(0, 500)}`);
  }
  return new PortError(
    'denied',
    `Typhon refused a webhook for project "${project}": make "webhookSecret" the project's github_webhook_secret`,
  );
}
