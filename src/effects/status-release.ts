import type { CarryOut } from './scene.ts';
import { left } from './status-publish.ts';

/**
 * Puts in place of what the stream said of a commit what others with that head say of it. Of a job that did not fail there
 * they have said nothing, and are told to; without any others, it stands.
 */
export const statusRelease: CarryOut<'status.release'> = async (params, scene) => {
  const status = left(params, await scene.others(params.commit, params.context));
  if (status === null) await scene.handOver(params.commit, params.context);
  else
    await scene.forge.publish(scene.repository, {
      ...status,
      url: scene.pageUrl,
      as: scene.reportAs,
      summary: null,
    });
  return null;
};
