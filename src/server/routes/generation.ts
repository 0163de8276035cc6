// GET /api/v1/generation?id=: the record of one request. A key sees its own generations; others' do not exist for it.
import { TrunklineError } from "../../canonical/error.js";
import type { Provider } from "../../catalog/provider.js";
import type { Ledger } from "../../ledger/ledger.js";
import { openRouterGeneration } from "../../ledger/openrouter-shape.js";
import { type Route, sendJson } from "../route.js";

export interface GenerationRouteParts {
  readonly ledger: Ledger;
  readonly providers: ReadonlyMap<string, Provider>;
}

export function generationRoutes({ ledger, providers }: GenerationRouteParts): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/api/v1/generation",
      access: "key",
      serve({ query, principal, response }) {
        const id = query().get("id");
        if (id === null || id === "" || id.length > 100) {
          throw new TrunklineError("invalid_request", "The query needs an `id`.", {
            param: "id",
            whatToDo: "Ask for /api/v1/generation?id=gen-…, the `x-generation-id` of an answer.",
          });
        }
        const generation = ledger.get(id);
        if (generation === undefined || generation.keyHash !== principal.keyHash) {
          throw new TrunklineError("not_found", "There is no generation with this id.", { param: "id" });
        }
        const nameOf = (provider: string) => providers.get(provider)?.name ?? provider;
        sendJson(response, 200, { data: openRouterGeneration(generation, nameOf) });
      },
    },
  ];
}
