import { z } from 'zod';
import type { Config } from '../config/schema.ts';
import { isInUse } from '../log/in-use.ts';
import { serviceUrl } from './client.ts';
import type { Check } from './doctor-machine.ts';

const readiness = z.object({ status: z.string(), reason: z.string().optional() });

/** Whether the service answers where the configuration says it listens. That it does not run is nothing wrong. */
export async function checkService(config: Config): Promise<Check> {
  const name = 'service';
  if (config.listen.port === 0)
    return { name, ok: null, message: 'listen.port is 0: it listens where there is room' };
  const url = serviceUrl(config);
  let response: Response;
  try {
    response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5000) });
  } catch {
    return isInUse(config.database.file)
      ? {
          name,
          ok: false,
          message: `a process writes the database, and nothing answers at ${url}; it starts, hangs, or has another configuration: see its log`,
        }
      : { name, ok: null, message: `does not run; start it with \`orthrus serve\`` };
  }
  const told = readiness.safeParse(await response.json().catch(() => null));
  if (!told.success)
    return {
      name,
      ok: false,
      message: `something else answers at ${url}; give "listen" another port`,
    };
  return {
    name,
    ok: response.ok,
    message: response.ok
      ? `ready at ${url}`
      : `${url} is not ready: ${told.data.reason ?? told.data.status}; see its log`,
  };
}
