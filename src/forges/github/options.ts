import type { CallBudget } from '../../ports/forge.ts';
import type { World } from '../../ports/world.ts';

export type GitHubAuth =
  | { readonly token: string }
  /** `privateKey`: PEM. */
  | { readonly app: { readonly id: number; readonly privateKey: string } };

export interface GitHubOptions {
  /** The forge's name in the configuration; its webhook ends in `/webhooks/<name>`. */
  readonly name: string;
  /** `https://api.github.com`, or `https://HOST/api/v3` of a GitHub Enterprise. */
  readonly apiUrl: string;
  readonly webhookSecret: string;
  readonly auth: GitHubAuth;
  readonly world: World;
  /** Milliseconds that one request may take; GitHub itself gives up after ten seconds. */
  readonly timeout?: number;
  readonly onRateLimit?: (budget: CallBudget) => void;
  readonly warn?: (message: string, detail: object) => void;
}
