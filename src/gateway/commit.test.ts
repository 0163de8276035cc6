import { expect, test } from "vitest";
import { createVirtualTime } from "../../test/virtual-time.js";
import { anthropicMessages } from "../dialects/anthropic-messages/dialect.js";
import { createCommit } from "./commit.js";
import type { Sink } from "./sink.js";

function recorded(): { readonly sink: Sink; readonly written: string[]; readonly heads: number[] } {
  const written: string[] = [];
  const heads: number[] = [];
  const sink: Sink = {
    gone: false,
    onGone: undefined,
    onDrain: undefined,
    head: (status) => heads.push(status),
    write(bytes) {
      written.push(bytes.toString());
      return true;
    },
    end() {},
  };
  return { sink, written, heads };
}

test("while nothing happens a client gets what its dialect has for that, else a comment", async () => {
  for (const [alive, expected] of [
    [undefined, ": waiting for the model\n\n"],
    [anthropicMessages.keepAlive, 'event: ping\ndata: {"type":"ping"}\n\n'],
  ]) {
    const time = createVirtualTime();
    const { sink, written, heads } = recorded();
    const commit = createCommit(sink, time.timers, true, () => ({}), alive);
    commit.write("held back", false);
    await time.advance(10_000);
    expect(written).toEqual([expected]);
    expect(heads).toEqual([200]);
    commit.write("content", true);
    expect(written.slice(1)).toEqual(["held back", "content"]);
    commit.close();
    expect(time.pending()).toBe(0);
  }
});
