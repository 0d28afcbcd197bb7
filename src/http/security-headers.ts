import type { RequestHandler } from 'express';

/**
 * No frames, and nothing from anywhere else: a page is HTML, a style sheet and a script, each a file of our own. Whatever
 * of a name came to stand in it as HTML would still run nothing.
 */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  });
  next();
};
