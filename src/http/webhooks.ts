import { type Request, Router } from 'express';
import { type DeliveryAnswer, takeDelivery } from '../engine/take-delivery.ts';
import type { Delivery } from '../ports/forge.ts';
import type { Service } from '../service.ts';
import type { Metrics } from './metrics.ts';
import { jsonBytes, rawBody } from './body.ts';
import { asRefusal } from './refusal.ts';
import { notFound } from './http-error.ts';

/** GitHub's own limit for a delivery, and so everybody's. */
const largestDelivery = 25 * 1024 * 1024;
/** Milliseconds after which the answer does not wait for the forge or for git any more. */
const patience = 900;

/**
 * What forges tell of themselves. A delivery is a hint (rule 5): what it says in full is recorded before the answer; what
 * has to be looked at first is, and if that takes longer than a second, it is recorded after it.
 */
export function webhooks(service: Service, counter: Metrics['deliveries']): Router {
  const router = Router();
  router
    .route('/webhooks/:forge')
    .post(...jsonBytes(largestDelivery))
    .post(async (request, response) => {
      const { forge } = request.params;
      const adapter = service.forges.get(forge);
      if (adapter === undefined)
        throw notFound(`there is no forge "${forge}" in the configuration`);
      const headers = headersOf(request);
      const count = (outcome: 'recorded' | 'ignored' | 'refused'): void => {
        // What is refused may call itself anything, and each name would be counted for ever.
        const event = outcome === 'refused' ? '' : (headers['x-github-event'] ?? '');
        counter.inc({ forge, event, outcome });
      };
      let delivery: Delivery;
      try {
        delivery = asRefusal(() => adapter.read({ headers, body: rawBody(request) }));
      } catch (error) {
        count('refused');
        throw error;
      }
      const taken = takeDelivery(service.engine, service.reports, forge, delivery);
      const answer = await withinPatience(service, taken);
      count('ignored' in answer ? 'ignored' : 'recorded');
      response.status(202).json(answer);
    });
  return router;
}

/** The headers of a request, names in lower case, each once. */
export function headersOf({ headers }: Request): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}

async function withinPatience(
  service: Service,
  taken: Promise<DeliveryAnswer>,
): Promise<DeliveryAnswer> {
  const { world, logger } = service.engine.options;
  let callOff = (): void => {};
  const late = new Promise<null>((resolve) => {
    callOff = world.after(patience, () => resolve(null));
  });
  const answer = await Promise.race([taken, late]);
  callOff();
  if (answer !== null) return answer;
  taken.catch((error: unknown) => {
    logger.warn({ err: error }, 'a delivery came to nothing; reconciling will look again');
  });
  return { ignored: 'it is being looked at; what comes of it will be recorded' };
}
