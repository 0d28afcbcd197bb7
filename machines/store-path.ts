import { z } from 'zod';

/**
 * A store path or a derivation's path: `/nix/store/<32 base-32 digits>-<name>`.
 * The alphabet and the length of the name are Nix's own (`libstore/path.cc`); nothing that matches can end a Nix
 * string or begin an antiquotation, which is what makes it safe to print into `cache.nix`.
 */
export const storePath = z
  .string()
  .regex(/^\/nix\/store\/[0-9abcdfghijklmnpqrsvwxyz]{32}-[0-9A-Za-z+\-._?=]{1,211}$/);

export const derivationPath = storePath.regex(/\.drv$/);

export function isStorePath(value: unknown): value is string {
  return storePath.safeParse(value).success;
}
