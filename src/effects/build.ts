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
  return { type: 'build.accepted', commit: params.commit, attempt: params.attempt };
};

export const buildCancel: CarryOut<'build.cancel'> = async (build, scene) => {
  await scene.ci.cancel({ ...build, stream: scene.stream, project: scene.project, ref: scene.ref });
  return null;
};

/** The branch is gone: the CI need not watch it any more (B1). */
export const jobsetDelete: CarryOut<'jobset.delete'> = async ({ ref }, scene) => {
  await scene.ci.deleteJobset({ project: scene.project, ref });
  return null;
};
