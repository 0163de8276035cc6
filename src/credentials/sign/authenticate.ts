// Puts a provider's secret where the provider looks for it. Built per attempt, so that no host ever sees another's secret.
import type { Authentication } from "../../catalog/provider.js";
import type { Credential } from "../ring.js";

export function authenticate(
  authentication: Authentication,
  credential: Credential | undefined,
): Readonly<Record<string, string>> {
  if (authentication.type === "none" || credential === undefined) return {};
  if (authentication.type === "header") return { [authentication.name]: credential.secret() };
  return { authorization: `Bearer ${credential.secret()}` };
}
