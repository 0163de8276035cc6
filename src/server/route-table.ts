// Finds the route of a path: exact ones by a map, those with something to follow by their prefix.
import { TrunklineError } from "../canonical/error.js";
import type { Route } from "./route.js";

export interface RouteTable {
  /** @throws TrunklineError `not_found`, `method_not_allowed` */
  find(method: string, path: string, trusted: boolean): { readonly route: Route; readonly rest: string };
}

export function createRouteTable(routes: readonly Route[]): RouteTable {
  const exact = new Map<string, Route[]>();
  const prefixes = routes.filter((route) => route.path.endsWith("/"));
  for (const route of routes) {
    if (route.path.endsWith("/")) continue;
    const known = exact.get(route.path);
    if (known === undefined) exact.set(route.path, [route]);
    else known.push(route);
  }
  return {
    find(method, path, trusted) {
      const open = (route: Route) => route.access !== "owner" || trusted;
      const candidates = (exact.get(path) ?? prefixes.filter((route) => path.startsWith(route.path))).filter(open);
      const route = candidates.find((candidate) => candidate.method === method);
      if (route !== undefined) return { route, rest: decodeRest(path.slice(route.path.length)) };
      if (candidates.length > 0) {
        throw new TrunklineError(
          "method_not_allowed",
          `${path.slice(0, 200)} takes ${candidates.map((one) => one.method).join(", ")}.`,
        );
      }
      throw new TrunklineError("not_found", `There is no ${method} ${path.slice(0, 200)} here.`, {
        whatToDo:
          "Point your SDK's base URL at http://<host>/v1, at http://<host>/api/v1 for OpenRouter's clients, at http://<host> for Anthropic's.",
      });
    },
  };
}

function decodeRest(rest: string): string {
  try {
    return decodeURIComponent(rest);
  } catch {
    return rest;
  }
}
