/** Keys of one letter can be turned off, for this browser, on all pages (WCAG 2.1.4). */
const remembered = 'orthrus.keys';

export function areKeysOn(): boolean {
  return localStorage.getItem(remembered) !== 'off';
}

export function turnKeys(on: boolean): void {
  localStorage.setItem(remembered, on ? 'on' : 'off');
}
