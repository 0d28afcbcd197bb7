import type { BuildName, BuildReport, Ci, CiMessage, RawMessage } from '../../ports/ci.ts';
import { genericMessage } from './message.ts';
import { parseBody, verifySignature } from './signature.ts';

/** Any CI that builds every push by itself, and tells us by `POST /ci/{ci}`. There is nothing that it could be asked. */
export function genericCi({ callbackSecret }: { readonly callbackSecret: string }): Ci {
  return {
    seesPushes: true,
    async start() {},
    async cancel() {},
    async deleteJobset() {},
    async report({ stream, commit, attempt }: BuildName): Promise<BuildReport> {
      return { stream, commit, attempt, phase: 'queued', jobs: [], error: null };
    },
    read(message: RawMessage): CiMessage {
      verifySignature(message, callbackSecret);
      return genericMessage(parseBody(message));
    },
    async take() {},
    async missing() {
      return [];
    },
    async retain() {},
    async logFile() {
      return null;
    },
    async close() {},
  };
}
