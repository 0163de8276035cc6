// /_trunkline/generations: the ledger for the command line, over the socket in the data folder alone.
import { TrunklineError } from "../../canonical/error.js";
import type { Ledger } from "../../ledger/ledger.js";
import { type Route, sendJson } from "../route.js";

const most = 10_000;
const usual = 50;

export function adminGenerationRoutes(ledger: Ledger): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/_trunkline/generations",
      access: "owner",
      serve({ query, response }) {
        const asked = query();
        const limit = Math.trunc(Number(asked.get("limit") ?? usual));
        const model = asked.get("model");
        const ending = asked.get("ending");
        const rows = ledger.list({
          limit: Number.isFinite(limit) ? Math.min(Math.max(limit, 1), most) : usual,
          ...(model === null ? {} : { model }),
          ...(ending === null ? {} : { ending }),
        });
        sendJson(response, 200, { data: rows });
      },
    },
    {
      method: "GET",
      path: "/_trunkline/generations/",
      access: "owner",
      serve({ rest, response }) {
        const generation = ledger.get(rest);
        if (generation === undefined)
          throw new TrunklineError("not_found", "There is no generation with this id.", { param: "id" });
        sendJson(response, 200, { data: generation });
      },
    },
  ];
}
