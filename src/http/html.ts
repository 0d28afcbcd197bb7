/** Text that is HTML already. Only the template below makes it, so whatever else reaches a page is escaped (F5). */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  static fromTemplate(strings: TemplateStringsArray, values: readonly Content[]): Html {
    return new Html(
      strings
        .map((string, index) => (index === 0 ? '' : rendered(values[index - 1])) + string)
        .join(''),
    );
  }
}

export type Content = Html | string | number | null | undefined | false | readonly Content[];

/** Every value is escaped, for text and for quoted attributes alike; `null`, `undefined` and `false` are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  return Html.fromTemplate(strings, values);
}

function rendered(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(rendered).join('');
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Direction marks would let a name change how the rest of its line reads; they are shown as what they are. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => entities[character] ?? '')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
