// `--ask-provider`: the provider's own count in place of ours, from the first endpoint of the model that counts and has a key.
import { TrunklineError } from "../canonical/error.js";
import type { Request } from "../canonical/request.js";
import type { Settings } from "../config/settings.js";
import { createCredentialRing } from "../credentials/ring.js";
import type { TokenCount } from "../gateway/quote/quote-tokens.js";
import type { PlannedEndpoint } from "../routing/resolve.js";
import { realClock, realTimers } from "../surroundings.js";
import { askProviderCount } from "../upstream/provider-count.js";

/** @throws TrunklineError where no endpoint counts, none that does has a key, or the provider refuses */
export async function askForCount(
  settings: Settings,
  count: TokenCount,
  endpoints: readonly PlannedEndpoint[],
  request: Request,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<TokenCount> {
  const credentials = createCredentialRing(settings.secrets);
  const able = endpoints.filter(({ provider }) => provider.tokenCounting !== undefined);
  const ready = able.find(({ provider }) => credentials.usable(provider));
  if (ready === undefined) throw nobodyToAsk(count.model, able);
  const { provider, upstreamModel: model } = ready;
  const { createHttpTransport } = await import("../upstream/http/transport.js");
  const transport = createHttpTransport();
  try {
    signal.throwIfAborted();
    const tokens = await askProviderCount(
      { transport, clock: realClock, timers: realTimers },
      { provider, credential: credentials.pick(provider, realClock.monotonicMs()), model, request, timeoutMs },
    );
    const { parts: _, ...rest } = count;
    const note = count.parts === undefined ? [`${provider.name} counts a chat: the text is its one message.`] : [];
    return {
      ...rest,
      tokens,
      atMost: tokens,
      method: "provider",
      errorPercent: 0,
      how: "provider",
      countedBy: provider.name,
      notes: [...count.notes, ...note],
    };
  } finally {
    await transport.close();
  }
}

function nobodyToAsk(model: string, able: readonly PlannedEndpoint[]): TrunklineError {
  const [first] = able;
  if (first === undefined)
    return new TrunklineError("unsupported_parameter", `No provider of ${model} has an endpoint for counting tokens.`, {
      whatToDo: "Count without --ask-provider. Anthropic, Google and OpenAI have one, for their own models.",
    });
  const { name, environment } = first.provider;
  return new TrunklineError("provider_not_configured", `${name} counts tokens of ${model}, but no key for it is set.`, {
    whatToDo: `Set ${environment.join(" or ")} in the environment or in .env.`,
  });
}
