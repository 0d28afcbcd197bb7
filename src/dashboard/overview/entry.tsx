import { hydratePage } from '../shared/hydrate.tsx';
import { OverviewView } from './overview-view.tsx';

hydratePage(OverviewView);
