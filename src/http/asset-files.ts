import { gzipSync } from 'node:zlib';
import { Router } from 'express';
import type { AssetFile } from '../dashboard/bundle/assets.ts';
import { loadAssets } from '../dashboard/bundle/load.ts';
import { notFound } from './http-error.ts';

/** The files that the pages load. A name holds the hash of what it names, so whoever has one need not ask again. */
export function assetFiles(): Router {
  const router = Router();
  const compressed = new Map<string, Buffer>();
  const compress = ({ name, bytes }: AssetFile): Buffer => {
    const known = compressed.get(name) ?? gzipSync(bytes, { level: 9 });
    compressed.set(name, known);
    return known;
  };

  router.get('/assets/:name', async (request, response) => {
    const file = (await loadAssets()).files.get(request.params.name);
    if (file === undefined) throw notFound('there is no such file; reload the page');
    response
      .type(file.name.endsWith('.css') ? 'css' : 'js')
      .set('cache-control', 'public, max-age=31536000, immutable')
      .vary('accept-encoding');
    if (request.acceptsEncodings('gzip') === 'gzip')
      response.set('content-encoding', 'gzip').send(compress(file));
    else response.send(Buffer.from(file.bytes));
  });
  return router;
}
