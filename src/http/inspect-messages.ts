import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { InspectorMessage } from '../inspect/message.ts';

/** Answers with messages as they come, one a line; as slow as the reader is. */
export async function sendMessages(
  response: Response,
  messages: AsyncIterable<InspectorMessage>,
): Promise<void> {
  response.set({
    'content-type': 'application/x-ndjson; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would hold them back.
    'x-accel-buffering': 'no',
  });
  // A live run may have nothing to say for long.
  response.flushHeaders();
  try {
    await pipeline(lines(messages), response);
  } catch (error) {
    const isGone =
      error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
    // A reader who has gone is no error of ours.
    if (!isGone) throw error;
  }
}

async function* lines(messages: AsyncIterable<InspectorMessage>): AsyncGenerator<string> {
  for await (const message of messages) yield `${JSON.stringify(message)}\n`;
}
