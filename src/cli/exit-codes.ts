// What the process's exit code tells a script. Pinned: never change one.
import { type ErrorCode, errorRules } from "../canonical/error.js";

export const exitCodes = {
  ok: 0,
  failed: 1,
  /** Wrong use: arguments, request, configuration. */
  usage: 2,
  /** A key is missing or was refused. */
  authentication: 3,
  /** A rate limit or a budget. */
  limit: 4,
  upstream: 5,
  timeout: 6,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const byCode: Partial<Record<ErrorCode, ExitCode>> = {
  internal: exitCodes.failed,
  provider_not_configured: exitCodes.authentication,
  upstream_auth: exitCodes.authentication,
  upstream_credit: exitCodes.limit,
  client_gone: exitCodes.interrupted,
  content_policy_violation: exitCodes.usage,
};

export function exitCodeOf(code: ErrorCode): ExitCode {
  const own = byCode[code];
  if (own !== undefined) return own;
  const { status } = errorRules[code];
  if (status === 401 || status === 403) return exitCodes.authentication;
  if (status === 402 || status === 429) return exitCodes.limit;
  if (status === 408 || status === 504) return exitCodes.timeout;
  return status >= 500 || status === 424 ? exitCodes.upstream : exitCodes.usage;
}
