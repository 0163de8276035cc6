// A gateway in this process on a port of its own, with the catalogue as it is and no key of the developer's.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, type Gateway } from "../src/build.js";
import { isObject, type JsonObject, parseJson } from "../src/canonical/json.js";
import { loadSettings } from "../src/config/load.js";
import { realSurroundings } from "../src/surroundings.js";

export interface QuietGateway {
  readonly gateway: Gateway;
  readonly url: string;
  readonly folder: string;
  /** How often whatever takes long has let others have the thread. */
  pauses(): number;
  post(path: string, body: unknown): Promise<{ readonly status: number; readonly body: JsonObject }>;
  close(): Promise<void>;
}

export async function startQuietGateway(
  config = "",
  environment: Readonly<Record<string, string>> = {},
): Promise<QuietGateway> {
  const folder = mkdtempSync(join(tmpdir(), "trunkline-quiet-"));
  writeFileSync(join(folder, "trunkline.yaml"), `listen: 127.0.0.1:0\n${config}`);
  const settings = loadSettings({
    workingDirectory: folder,
    environment: { XDG_DATA_HOME: join(folder, "xdg"), ...environment },
  });
  const surroundings = realSurroundings();
  let pauses = 0;
  const pause = () => {
    pauses++;
    return surroundings.pause();
  };
  const gateway = await build(settings, { ledger: "memory", surroundings: { ...surroundings, pause } });
  const { url } = await gateway.listen();
  return {
    gateway,
    url,
    folder,
    pauses: () => pauses,
    async post(path, body) {
      const raw = typeof body === "string" || body instanceof Uint8Array;
      const answer = await fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: raw ? body : JSON.stringify(body),
      });
      const parsed = parseJson(await answer.text());
      return { status: answer.status, body: isObject(parsed) ? parsed : {} };
    },
    async close() {
      await gateway.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
