import { shortSha } from '../../machines/describe.ts';
import type { EventData } from '../../machines/fold.ts';
import type { CarryOut, Scene } from './scene.ts';

/**
 * Carries out what somebody said in a comment, if they may write, and answers: by a reaction, or, where that would not
 * say enough, by a comment. Both may be done twice and show once.
 */
export const commandAnswer: CarryOut<'command.answer'> = async (params, scene) => {
  const { number, command, by, comment, head } = params;
  const { conversation } = scene.forge;
  const { repository } = scene;
  if (conversation === null) return { type: 'command.answered', comment };
  const say = (text: string): Promise<void> =>
    conversation.comment(repository, number, text, `orthrus:${scene.stream}:${comment}`);
  const refuse = async (reason: string, text: string | null): Promise<EventData> => {
    if (text !== null) await say(text);
    await conversation.react(repository, comment, text === null ? '-1' : 'confused');
    return { type: 'command.refused', comment, reason };
  };
  if (!(await conversation.mayWrite(repository, by)))
    return refuse(`${by} may not write to the repository`, null);
  switch (command) {
    case 'approve': {
      // The comment was about what its author saw, which may be newer than what we know.
      const now = (await scene.forge.pull(repository, number, null))?.head ?? null;
      const isMeant =
        head !== null && now === head && (await hasStood(params.since, number, scene));
      if (!isMeant)
        return refuse(
          'not clear which head is approved',
          now === null
            ? 'This pull request has no head to approve.'
            : `Its head is ${shortSha(now)}, which may be newer than your comment. To approve that one, say \`/orthrus approve ${shortSha(now)}\`.`,
        );
      await conversation.react(repository, comment, '+1');
      return { type: 'pull.approved', head, by };
    }
    case 'rebuild':
    case 'rebuild-cold':
      await conversation.react(repository, comment, '+1');
      return { type: 'rebuild.requested', cold: command === 'rebuild-cold', by };
    case 'status':
      await say(await scene.standing());
      return { type: 'command.answered', comment };
  }
};

/**
 * Whether a head that came at that time has not been away since: one that we have always known may have been another
 * meanwhile, and be back (F1). To leave or to come back takes a push by force; the other may be a fast-forward. Null: it was
 * named, and may have been away.
 */
async function hasStood(
  since: number | null,
  number: number,
  { forge, repository }: Scene,
): Promise<boolean> {
  if (since === null) return true;
  const forcedAt = (await forge.conversation?.forcedAt(repository, number)) ?? null;
  return forcedAt === null || forcedAt <= since;
}
