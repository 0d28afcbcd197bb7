import { createServer } from 'node:http';
import { build } from 'esbuild';
import { z } from 'zod';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';

/**
 * The inspector's side of the protocol, as its hosted page has it: a page at another origin, which uses the package's own
 * receiver and keeps what it is told. It cannot show that the hosted page itself takes it: no test reaches that.
 * @returns its address
 */
export async function openReceiver(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createBrowserReceiver } from '@statelyai/inspect';
        window.told = [];
        createBrowserReceiver().subscribe((message) => window.told.push(message));`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    write: false,
    platform: 'browser',
    logLevel: 'error',
  });
  const script = outputFiles[0]?.text ?? '';
  const server = createServer((request, response) => {
    const isScript = request.url === '/receiver.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript
        ? script
        : '<!doctype html><title>receiver</title><script src="/receiver.js"></script>',
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  // By its name: another origin than our page's, whatever the ports are.
  return `http://localhost:${typeof address === 'object' ? address?.port : ''}/inspect`;
}

const message = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  sessionId: z.string(),
  createdAt: z.string(),
  definition: z.string().optional(),
  event: z.looseObject({ type: z.string() }).optional(),
  snapshot: z.looseObject({ value: z.unknown(), context: z.unknown() }).optional(),
});
export type Told = z.infer<typeof message>;

/** What the inspector in our page has been told, from one place on. */
export async function told(page: Page, from = 0): Promise<Told[]> {
  const frame = page.frames().find((one) => one.parentFrame() !== null);
  return z.array(message).parse((await frame?.evaluate(`window.told?.slice(${from})`)) ?? []);
}

export async function toldCount(page: Page): Promise<number> {
  const frame = page.frames().find((one) => one.parentFrame() !== null);
  return z.number().parse((await frame?.evaluate('window.told?.length')) ?? 0);
}
