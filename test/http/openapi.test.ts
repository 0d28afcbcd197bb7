import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/http/app.ts';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { operations } from '../../src/http/openapi/operations.ts';
import { built } from '../doubles/scripted-ci.ts';
import { api, openSite, page, shareSite } from './site.ts';

const site = shareSite();

const route = z.object({ path: z.string(), methods: z.record(z.string(), z.boolean()) });
const stacked = z.array(z.looseObject({ route: route.optional(), handle: z.unknown() }));

/** The routes of one of Express' routers, `get /api/pulls`; routers are functions that have a stack. */
function routesIn(router: unknown): string[] {
  if (typeof router !== 'function') return [];
  const stack = stacked.safeParse(Reflect.get(router, 'stack'));
  return (stack.data ?? []).flatMap((layer) =>
    layer.route === undefined ? routesIn(layer.handle) : routesOf(layer.route),
  );
}

function routesOf({ path, methods }: z.infer<typeof route>): string[] {
  return Object.keys(methods).map((method) => `${method} ${path}`);
}

test('the document names every route, and no other', () => {
  const { app, close } = createApp(site().story.service);
  try {
    const routes = routesIn(app.router)
      .map((one) => one.replace(/:(\w+)/g, '{$1}'))
      // The pages' own files.
      .filter((one) => !/^get \/(style\.css$|assets\/)/.test(one));
    const named = operations.map(({ method, path }) => `${method} ${path}`);
    expect(named.toSorted()).toEqual([...new Set(routes)].toSorted());
  } finally {
    close();
  }
});

test('it is served as it is, and all it refers to is in it', async () => {
  const document = openApiDocument();
  expect(await (await site().get('/api/openapi.json')).json()).toEqual(
    JSON.parse(JSON.stringify(document)),
  );
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  const { components } = z
    .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
    .parse(document);
  expect(refs.length).toBeGreaterThan(20);
  for (const [, name = ''] of refs) expect(Object.keys(components.schemas)).toContain(name);
});

test('what is answered has the shapes that it tells', async () => {
  const { story, get, operate, post } = await openSite();
  const build = await story.build(1);
  story.ci.begin(build);
  story.ci.finish(build, built('hello', 'first'));
  await story.until(1, 'idle');

  await answersAs('GET', '/api/pulls', await get('/api/pulls'));
  await answersAs('GET', '/api/list', await get('/api/list?show=open'));
  await answersAs('GET', '/api/list', await get('/api/list?after=nowhere'));
  const stream = encodeURIComponent(story.stream(1));
  await answersAs('GET', '/api/list', await get(`/api/list?stream=${stream}`));
  await answersAs('GET', '/api/overview', await get('/api/overview'));
  await answersAs('GET', pullPath(''), await get(api));
  await answersAs('GET', pullPath('/events'), await get(`${api}/events`));
  await answersAs('GET', pullPath('/replay'), await get(`${api}/replay`));
  await answersAs('GET', pullPath('/timeline'), await get(`${api}/timeline?from=2`));
  await answersAs('GET', pullPath('/events'), await get('/api/pulls/here/no/body/7/events'));
  await answersAs('GET', '/api/pulls', await get('/api/pulls?limit=none'));
  await answersAs('POST', pullPath('/rebuild'), await operate(`${api}/rebuild`, { cold: true }));
  await answersAs('POST', pullPath('/rebuild'), await post(`${api}/rebuild`, {}));
  await answersAs('POST', pullPath('/accept'), await operate(`${api}/accept`));
  await answersAs('POST', '/api/reconcile', await operate('/api/reconcile'));
  await answersAs('GET', '/healthz', await get('/healthz'));
  await answersAs('GET', '/readyz', await get('/readyz'));
  expect((await get(page)).status).toBe(200);
});

const pullPath = (below: string): string => `/api/pulls/{forge}/{owner}/{repo}/{subject}${below}`;

const responses = z.record(
  z.string(),
  z.object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) }),
);

/** Fails unless the answer is one of those that the document has for the operation, in status and shape. */
async function answersAs(method: string, path: string, answer: Response): Promise<void> {
  const document = openApiDocument();
  const { paths } = z
    .object({
      paths: z.record(z.string(), z.record(z.string(), z.object({ responses: z.unknown() }))),
    })
    .parse(document);
  const told = responses.parse(paths[path]?.[method.toLowerCase()]?.responses);
  const expected = told[answer.status];
  if (expected === undefined) throw new Error(`${method} ${path} may not answer ${answer.status}`);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', ...document });
  const { $ref } = z
    .object({ $ref: z.string() })
    .parse(expected.content['application/json'].schema);
  const validate = ajv.compile({ $ref: `api${$ref}` });
  validate(await answer.json());
  expect({ method, path, errors: validate.errors }).toEqual({ method, path, errors: null });
}
