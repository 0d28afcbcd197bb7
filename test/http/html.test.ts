import { expect, test } from 'vitest';
import { html } from '../../src/http/html.ts';

test('F5 every value is escaped, in text and in attributes; what is HTML already is not', () => {
  const inner = html`<b>${'<&>'}</b>`;
  expect(html`<a title="${`"'\``}">${inner}${['<', inner]}</a>`.text).toBe(
    '<a title="&quot;&#39;&#96;"><b>&lt;&amp;&gt;</b>&lt;<b>&lt;&amp;&gt;</b></a>',
  );
  expect(html`${null}${undefined}${false}${0}`.text).toBe('0');
  expect(html`${'a\u202eb'}`.text).toBe('a\ufffdb');
});
