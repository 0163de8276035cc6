// Secrets of the providers, in turn. A credential that was refused or limited rests until its cool-down is over.
import type { Provider } from "../catalog/provider.js";

/** A secret, held so that it cannot be printed by accident. */
export interface Credential {
  /** `openai#0`: safe to log. */
  readonly label: string;
  /** Reveals the secret; called only where a request is signed. */
  secret(): string;
}

export interface CredentialRing {
  /** True where the provider can be called: it needs no secret, or has one. */
  usable(provider: Provider): boolean;
  /** The next credential that is not resting; undefined where all rest, or the provider needs none. */
  pick(provider: Provider, nowMs: number): Credential | undefined;
  hasSeveral(provider: Provider): boolean;
  /** True where one of several credentials could be tried now. */
  hasAnother(provider: Provider, nowMs: number): boolean;
  /** Milliseconds until one has rested; 0 where one is ready now. */
  restsForMs(provider: Provider, nowMs: number): number;
  /** Lets a credential rest. A rest is only ever extended. */
  rest(credential: Credential, untilMs: number): void;
}

interface Slot {
  readonly credential: Credential;
  restsUntilMs: number;
}

/** @param secrets by provider id. A provider may have several. */
export function createCredentialRing(secrets: ReadonlyMap<string, readonly string[]>): CredentialRing {
  const rings = new Map<string, { slots: Slot[]; next: number }>();
  for (const [provider, list] of secrets) {
    const slots = list.map((secret, index) => ({
      credential: { label: `${provider}#${index}`, secret: () => secret },
      restsUntilMs: 0,
    }));
    if (slots.length > 0) rings.set(provider, { slots, next: 0 });
  }
  const slotsOf = (provider: Provider) => rings.get(provider.id)?.slots ?? [];
  return {
    usable: (provider) => provider.authentication.type === "none" || rings.has(provider.id),
    pick(provider, nowMs) {
      const ring = rings.get(provider.id);
      if (ring === undefined) return undefined;
      for (let step = 0; step < ring.slots.length; step++) {
        const slot = ring.slots[(ring.next + step) % ring.slots.length];
        if (slot === undefined || slot.restsUntilMs > nowMs) continue;
        ring.next = (ring.next + step + 1) % ring.slots.length;
        return slot.credential;
      }
      return undefined;
    },
    hasSeveral: (provider) => slotsOf(provider).length > 1,
    hasAnother(provider, nowMs) {
      const slots = slotsOf(provider);
      return slots.length > 1 && slots.some((slot) => slot.restsUntilMs <= nowMs);
    },
    restsForMs(provider, nowMs) {
      const slots = slotsOf(provider);
      if (slots.length === 0) return 0;
      return Math.max(0, Math.min(...slots.map((slot) => slot.restsUntilMs)) - nowMs);
    },
    rest(credential, untilMs) {
      for (const ring of rings.values())
        for (const slot of ring.slots)
          if (slot.credential === credential) slot.restsUntilMs = Math.max(slot.restsUntilMs, untilMs);
    },
  };
}
