import { expect, test } from 'vitest';
import { html, safeUrl } from '../../src/http/html.ts';

test('F5 every value is escaped, in text and in attributes; what is HTML already is not', () => {
  const inner = html`<b>${'<&>'}</b>`;
  expect(html`<a title="${`"'\``}">${inner}${['<', inner]}</a>`.text).toBe(
    '<a title="&quot;&#39;&#96;"><b>&lt;&amp;&gt;</b>&lt;<b>&lt;&amp;&gt;</b></a>',
  );
  expect(html`${null}${undefined}${false}${0}`.text).toBe('0');
  expect(html`${'a\u202eb'}`.text).toBe('a\ufffdb');
});

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
