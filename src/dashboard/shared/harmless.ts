/**
 * Data as it is shown: direction marks would let a name change how the rest of its line reads, so they are shown as what
 * they are (F5). Whatever a page is drawn from has come through here, on the server and in the browser.
 */
export function harmless<Data>(data: Data): Data {
  // As text, because names are keys too.
  return JSON.parse(harmlessText(JSON.stringify(data)));
}

export function harmlessText(text: string): string {
  return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
