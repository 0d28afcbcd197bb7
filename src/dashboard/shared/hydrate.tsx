import { type ComponentType, hydrate } from 'preact';
import { mainId } from './document.tsx';
import { readEmbedded } from './embedded.ts';
import { SiteContext, ticking } from './site.ts';

/**
 * Makes a page that the server has drawn go on in the browser. The data in it are what the server drew the same view from,
 * so they have the type that it takes.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function hydratePage<Data>(View: ComponentType<{ readonly data: Data }>): void {
  const main = document.getElementById(mainId);
  if (main === null) return;
  const { site, data } = readEmbedded<Data>();
  hydrate(
    <SiteContext.Provider value={ticking(site)}>
      <View data={data} />
    </SiteContext.Provider>,
    main,
  );
}
