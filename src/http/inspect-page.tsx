import { type Response, Router } from 'express';
import { renderToString } from 'preact-render-to-string';
import type { InspectorMessage } from '../inspect/message.ts';
import { sendMessages } from './inspect-messages.ts';
import { inspectScript, inspectStyle } from './inspect-script.ts';

export interface InspectPage {
  readonly router: Router;
  /** Ends the runs that go on. */
  close(): void;
}

/**
 * A page that shows a run in the Stately inspector, another's page in a frame, by the inspector's own protocol: messages
 * from window to window. (The package's server for Node frames it in the same way.) Its addresses are relative, so it may
 * stand at any path.
 * @param run what the inspector is told, from the start, until the signal
 */
export function inspectPage(
  inspectorUrl: string,
  run: (signal: AbortSignal) => AsyncIterable<InspectorMessage>,
): InspectPage {
  const router = Router();
  const running = new Set<AbortController>();

  router.get('/inspect', (_request, response) => {
    sendPage(response, inspectorUrl);
  });
  router.get('/assets/inspect.js', (_request, response) => {
    response.type('js').set('cache-control', 'no-cache').send(inspectScript);
  });
  router.get('/assets/inspect.css', (_request, response) => {
    response.type('css').set('cache-control', 'no-cache').send(inspectStyle);
  });
  router.get('/api/inspect', async (_request, response) => {
    const ended = new AbortController();
    running.add(ended);
    response.on('close', () => ended.abort());
    try {
      await sendMessages(response, run(ended.signal));
    } finally {
      running.delete(ended);
    }
  });
  return {
    router,
    close() {
      for (const ended of running) ended.abort();
    },
  };
}

function sendPage(response: Response, inspectorUrl: string): void {
  // Of all that other pages may not, this one may frame the inspector, and has a script of its own.
  response.set(
    'content-security-policy',
    `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-src ${new URL(inspectorUrl).origin}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  response.type('html').send(page(inspectorUrl));
}

/** A page of its own, beside whose frame nothing of the others' looks has a place. */
function page(inspectorUrl: string): string {
  const html = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Inspector · Orthrus</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="assets/inspect.css" />
        <script src="assets/inspect.js" defer />
      </head>
      <body>
        <p role="status">
          {`waiting for ${inspectorUrl}; if nothing comes, it cannot be reached from here, and "inspector.url" names another`}
        </p>
        <iframe title="The Stately inspector" data-url={inspectorUrl} />
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(html)}`;
}
