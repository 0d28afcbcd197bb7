import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { PullModel } from './pull-model.ts';

export const ModelContext = createContext<PullModel | null>(null);

export function useModel(): PullModel {
  const model = useContext(ModelContext);
  if (model === null) throw new Error('only below a PullView');
  return model;
}
