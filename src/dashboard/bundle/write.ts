import { bundle } from './bundle.ts';
import { assetsFolder } from './load.ts';
import { writeAssets } from './stored.ts';

/** The last part of `npm run build`: what the pages load, made once and put beside the program. */
writeAssets(assetsFolder, await bundle());
