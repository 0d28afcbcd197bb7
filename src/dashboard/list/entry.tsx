import { hydratePage } from '../shared/hydrate.tsx';
import { ListView } from './list-view.tsx';

hydratePage(ListView);
