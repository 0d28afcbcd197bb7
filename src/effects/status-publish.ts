import type { CarryOut } from './scene.ts';

export const statusPublish: CarryOut<'status.publish'> = async (status, scene) => {
  await scene.forge.publish(scene.repository, { ...status, url: scene.pageUrl });
  return { type: 'status.published', status };
};
