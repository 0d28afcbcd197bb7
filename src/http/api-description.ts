import { Router } from 'express';
import { openApiDocument } from './openapi/document.ts';

/** The OpenAPI document, for programs that read it. */
export function apiDescription(): Router {
  const router = Router();
  const document = openApiDocument();
  router.get('/api/openapi.json', (_request, response) => {
    response.json(document);
  });
  return router;
}
