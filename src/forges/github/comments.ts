import { z } from 'zod';
import type { ForgeRepository } from '../../ports/forge.ts';
import { PortError } from '../../ports/port-error.ts';
import type { Access } from './access.ts';
import { ownerAndRepo } from './api.ts';
import { Lookup } from './lookup.ts';

/** Of each comment only what is hidden in it: its text is long, and answers are remembered. */
const hiddenTexts = z.array(
  z
    .object({ body: z.string().nullish() })
    .transform(({ body }): readonly string[] => body?.match(/<!-- [^>]* -->/g) ?? []),
);

/** GitHub takes 65,536 characters. */
const longestComment = 65_000;

/** What we say on pull requests. */
export class Comments {
  readonly #access: Access;
  readonly #list = new Lookup(
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    hiddenTexts,
  );

  constructor(access: Access) {
    this.#access = access;
  }

  /** The same reaction by the same user is one. A comment that is gone needs no answer. */
  async react({ name }: ForgeRepository, comment: string, content: string): Promise<void> {
    const api = await this.#access.on(name);
    try {
      await api.request('POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', {
        ...ownerAndRepo(name),
        comment_id: comment,
        content,
      });
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'not-found') throw error;
    }
  }

  async comment(
    { name }: ForgeRepository,
    number: number,
    text: string,
    marker: string,
  ): Promise<void> {
    const api = await this.#access.on(name);
    const hidden = `<!-- ${marker.replaceAll('>', '')} -->`;
    const parameters = { ...ownerAndRepo(name), issue_number: number };
    for await (const page of this.#list.pages(api, { ...parameters, per_page: 100 }))
      if (page.some((texts) => texts.includes(hidden))) return;
    await api.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      ...parameters,
      body: `${text.slice(0, longestComment)}\n\n${hidden}`,
    });
  }
}
