// The echo with hand-driven timers.
import { describe, expect, test } from "vitest";
import type { Timers } from "../../canonical/clock.js";
import { createSimulatorTransport } from "./transport.js";

/** Timers that run when the test says so. */
function handTimers() {
  let due: { ms: number; run: () => void }[] = [];
  const timers: Timers = {
    after(ms, run) {
      const timer = { ms, run };
      due.push(timer);
      return { cancel: () => (due = due.filter((other) => other !== timer)) };
    },
  };
  return {
    timers,
    waiting: () => due.map(({ ms }) => ms),
    tick: () => due.shift()?.run(),
    runAll() {
      while (due.length > 0) due.shift()?.run();
    },
  };
}

function start(body: object, options: { flow?: (seen: number) => boolean; at?: (event: string) => void } = {}) {
  const hand = handTimers();
  const told: string[] = [];
  const data: string[] = [];
  const tell = (event: string) => {
    told.push(event);
    options.at?.(event);
  };
  const call = createSimulatorTransport({ timers: hand.timers, clock: { wallMs: () => 5_000 } }).call(
    {
      method: "POST",
      url: "simulator:///v1/chat/completions",
      headers: {},
      body: Buffer.from(JSON.stringify({ model: "echo", messages: [{ role: "user", content: "two words" }], ...body })),
      connectTimeoutMs: 1,
    },
    {
      onHead: (status) => tell(`head ${status}`),
      onData(bytes) {
        data.push(bytes.toString("utf8"));
        tell("data");
        return options.flow?.(data.length) ?? true;
      },
      onEnd: () => tell("end"),
      onFault: () => tell("fault"),
    },
  );
  return { ...hand, call, told, data, text: () => data.join("") };
}

const whole = "simulator/echo: this is no model. You wrote: two words";

interface Frame {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
  usage?: object;
}
const framesOf = (text: string): Frame[] =>
  text
    .split("\n\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)));
const contentOf = (text: string) =>
  framesOf(text)
    .map((frame) => frame.choices[0]?.delta.content ?? "")
    .join("");

describe("simulator/echo", () => {
  test("answers plainly and says that its counts are words", () => {
    const run = start({});
    run.runAll();
    expect(run.told).toEqual(["head 200", "data", "end"]);
    expect(JSON.parse(run.text())).toMatchObject({
      created: 5,
      model: "echo",
      choices: [{ message: { content: whole }, finish_reason: "stop" }],
      usage: { prompt_tokens: 2, completion_tokens: 9, total_tokens: 11, unit: "words" },
    });
  });

  test("streams a word at a time, ten milliseconds apart", () => {
    const run = start({ stream: true });
    expect(run.told).toEqual([]);
    run.tick();
    expect(run.told).toEqual(["head 200", "data"]);
    expect(run.waiting()).toEqual([10]);
    run.tick();
    expect(contentOf(run.text())).toBe("simulator/echo:");
    run.runAll();
    expect(contentOf(run.text())).toBe(whole);
    expect(run.text().endsWith("data: [DONE]\n\n")).toBe(true);
    expect(framesOf(run.text()).at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(run.told.at(-1)).toBe("end");
  });

  test("ends a stream with usage when the client asks for it", () => {
    const run = start({ stream: true, stream_options: { include_usage: true }, max_tokens: 3 });
    run.runAll();
    expect(contentOf(run.text())).toBe("simulator/echo: this is");
    const [finish, usage] = framesOf(run.text()).slice(-2);
    expect(finish?.choices[0]?.finish_reason).toBe("length");
    expect(usage).toMatchObject({ choices: [], usage: { completion_tokens: 3, unit: "words" } });
  });

  test("repeats the last user text with its line breaks, up to a stop sequence", () => {
    const messages = [
      { role: "user", content: "first" },
      { role: "assistant", content: "ok" },
      { role: "user", content: "  a\n\nb  STOP c\n" },
    ];
    const run = start({ messages, stop: "STOP" });
    run.runAll();
    expect(run.text()).toContain(
      JSON.stringify("simulator/echo: this is no model. You wrote:   a\n\nb  ").slice(1, -1),
    );
  });

  test("pauses when the reader says so, and goes on when it resumes", () => {
    const run = start({ stream: true }, { flow: (seen) => seen !== 3 });
    run.runAll();
    expect(run.data.length).toBe(3);
    run.call.resume();
    run.call.resume();
    expect(run.waiting()).toEqual([10]);
    run.runAll();
    expect(contentOf(run.text())).toBe(whole);
  });

  test("says nothing after abort, also from within a handler function", () => {
    const outside = start({ stream: true });
    outside.tick();
    outside.call.abort();
    expect(outside.waiting()).toEqual([]);
    expect(outside.told).toEqual(["head 200", "data"]);
    const inside = start({ stream: true }, { at: () => inside.call.abort() });
    inside.runAll();
    expect(inside.told).toEqual(["head 200"]);
  });

  test("refuses what is no chat request in OpenAI's shape", () => {
    const run = start({ messages: [] });
    run.runAll();
    expect(run.told).toEqual(["head 400", "data", "end"]);
    expect(JSON.parse(run.text())).toMatchObject({ error: { type: "invalid_request_error", param: "messages" } });
  });
});
