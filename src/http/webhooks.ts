import { Router } from 'express';
import { parseGitDelivery } from '../forges/git/delivery.ts';
import { PortError } from '../ports/port-error.ts';
import type { Service } from '../service.ts';
import { jsonBytes, parseJson } from './body.ts';
import { badRequest, notFound } from './http-error.ts';
import { lookAtDelivery } from './look-at-delivery.ts';

/** GitHub's own limit for a delivery, and so everybody's. */
const largestDelivery = 25 * 1024 * 1024;

/**
 * What forges tell of themselves. A delivery is a hint and nothing more (rule 5): all it does is make us look at what
 * it names. So one that anybody could have sent, as a plain git server's is, can cost us a look and no more.
 */
export function webhooks(service: Service): Router {
  const router = Router();
  router
    .route('/webhooks/:forge')
    .post(...jsonBytes(largestDelivery))
    .post(async (request, response) => {
      const { forge } = request.params;
      if (!Object.hasOwn(service.config.forges, forge))
        throw notFound(`there is no forge "${forge}" in the configuration`);
      const id = request.get('x-orthrus-delivery');
      if (id !== undefined && !/^[!-~]{1,200}$/.test(id))
        throw badRequest('X-Orthrus-Delivery must be 1 to 200 printable characters');
      const delivery = parseDelivery(parseJson(request));
      response.status(202).json(await lookAtDelivery(service, forge, delivery, id ?? null));
    });
  return router;
}

function parseDelivery(body: unknown): ReturnType<typeof parseGitDelivery> {
  try {
    return parseGitDelivery(body);
  } catch (error) {
    if (error instanceof PortError) throw badRequest(error.message);
    throw error;
  }
}
