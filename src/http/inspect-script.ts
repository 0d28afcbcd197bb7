/**
 * The page's part, for a browser: so it is plain JavaScript, and a text here (the service has no other such file, and the
 * tests run it in a browser). The inspector says `@statelyai.connected` whenever it begins, at a reload too, and is then
 * told all from the start. Only the inspector's own window at its own origin is listened to, and told.
 */
export const inspectScript = `'use strict';
const frame = document.querySelector('iframe');
const status = document.querySelector('[role=status]');
const { origin } = new URL(frame.dataset.url);
let telling = new AbortController();

addEventListener('message', (message) => {
  if (message.source !== frame.contentWindow || message.origin !== origin) return;
  if (message.data?.type !== '@statelyai.connected') return;
  telling.abort();
  telling = new AbortController();
  tell(telling.signal);
});
// Only now: what it says when it has loaded is not missed.
frame.src = frame.dataset.url;

async function tell(signal) {
  let told = 0;
  try {
    const response = await fetch('api/inspect', { signal });
    if (!response.ok) throw new Error('HTTP ' + response.status);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split('\\n');
      rest = lines.pop();
      if (signal.aborted) return;
      for (const line of lines) frame.contentWindow.postMessage(JSON.parse(line), origin);
      told += lines.length;
      status.textContent = told + ' messages told';
    }
    status.textContent = told + ' messages told, which is all';
  } catch (error) {
    if (!signal.aborted)
      status.textContent = 'broken off after ' + told + ' messages (' + error.message + '); reload the page';
  }
}
`;

export const inspectStyle = `html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 14px/1.5 system-ui, sans-serif; color-scheme: light dark; }
p { margin: 0; padding: 0.25rem 0.75rem; }
iframe { flex: 1; border: 0; }
`;
