// `trunkline tokens --calibration`: estimates held against what a provider on loopback reports.
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CommandStage, openCommandStage } from "../../test/command-stage.js";
import { isObject } from "../canonical/json.js";

let stage: CommandStage;
let server: Server;

beforeEach(async () => {
  stage = openCommandStage();
  server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const message = { role: "assistant", content: "Well." };
      const usage = { prompt_tokens: 60, completion_tokens: 2, total_tokens: 62 };
      const choices = [{ index: 0, message, finish_reason: "stop" }];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ id: "x", object: "chat.completion", created: 1, model: "m", choices, usage }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = isObject(address) ? address.port : 0;
  stage.write("trunkline.yaml", `providers:\n  up: { dialect: openai-chat, baseUrl: "http://127.0.0.1:${port}/v1" }\n`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  stage.close();
});

const calibration = (args: readonly string[] = []) => stage.run(["tokens", "--calibration", ...args]);

test("says that there is nothing yet", async () => {
  expect(await calibration()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^No estimate has met/) });
});

test("shows the error before and after correction, which gets smaller", async () => {
  const prompt = "All work and no play makes Jack a dull boy, and then he goes home. ".repeat(3);
  for (let time = 0; time < 6; time++) {
    const asked = await stage.run(["ask", prompt, "-m", "up/claude-like", "--no-stream"]);
    expect(asked.stdout).toBe("Well.\n");
  }
  const { data } = JSON.parse((await calibration(["--json"])).stdout);
  expect(data).toMatchObject([{ model: "up/claude-like", count: 6 }]);
  expect(data[0].after.median).toBeLessThan(data[0].before.median);
  const { stdout } = await calibration();
  expect(stdout).toMatch(/^model +requests +factor now/);
  expect(stdout).toMatch(/\nup\/claude-like +6 +\d\.\d{3} +[\d.]+ %/);
  expect((await calibration(["-m", "other"])).stdout).toMatch(/^No estimate/);
});
