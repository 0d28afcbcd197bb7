import { expect, test } from 'vitest';
import { safeUrl } from '../../../src/dashboard/shared/safe-url.ts';

test('F5 a link leads to a page, or nowhere', () => {
  expect(safeUrl('https://ci.example.org/1')).toBe('https://ci.example.org/1');
  for (const url of [
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    '/a',
    '',
    null,
  ])
    expect(safeUrl(url)).toBe(null);
});
