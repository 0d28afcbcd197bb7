import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { httpApiPage } from '../../script/docs/http-api.ts';
import { examples } from '../../script/docs/http-examples.ts';
import { openApiDocument } from '../../src/http/openapi/document.ts';
import { operations } from '../../src/http/openapi/operations.ts';

test.each(Object.entries(examples))('the example of %s has its shape', (name, example) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', ...openApiDocument() });
  const validate = ajv.compile({ $ref: `api#/components/schemas/${name}` });
  validate(example);
  expect(validate.errors).toBe(null);
});

test('the page has every route once, with what it answers', () => {
  const headings = [...httpApiPage().matchAll(/^## `(.+)`$/gm)].map(([, route]) => route);
  expect(headings).toEqual(
    operations
      .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
      .toSorted((a, b) => headings.indexOf(a) - headings.indexOf(b)),
  );
});
