// The gateway under test: the built command line with one provider, the stub.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort, startChild, temporaryFolder, untilListening } from "./children.mjs";

export const gatewayMain = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
export const gatewayBuilt = () => existsSync(gatewayMain);

/** Writes configuration and data folder once; several starts may share them. */
export function prepareGateway(stubPort) {
  const folder = temporaryFolder("gateway");
  const config = join(folder, "trunkline.yaml");
  const provider = { dialect: "openai-chat", baseUrl: `http://127.0.0.1:${stubPort}/v1`, apiKey: "x" };
  writeFileSync(config, `providers:\n  stub: ${JSON.stringify(provider)}\n`);
  return { config, data: join(folder, "data") };
}

/** Starts it without waiting. */
export function spawnGateway({ config, data }, port, core) {
  const args = [gatewayMain, "serve", "--config", config, "--listen", `127.0.0.1:${port}`, "--data", data];
  return startChild(process.execPath, args, { core });
}

export async function startGateway(stubPort, core) {
  const port = await freePort();
  const child = spawnGateway(prepareGateway(stubPort), port, core);
  await untilListening(child, port);
  return { name: "gateway", port, pid: child.pid };
}
