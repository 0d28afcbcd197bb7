import type { CarryOut } from './scene.ts';

/** Asks the CI for a build. What becomes of it comes in as events. */
export const buildStart: CarryOut<'build.start'> = async (params, scene) => {
  await scene.ci.start({
    stream: scene.stream,
    repository: scene.repository.name,
    project: scene.project,
    remote: scene.repository.remote,
    ...params,
  });
  return null;
};

export const buildCancel: CarryOut<'build.cancel'> = async (build, scene) => {
  await scene.ci.cancel(scene.stream, build);
  return null;
};
