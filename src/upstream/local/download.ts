// Brings the weights over HTTP into their partial file: goes on where an earlier try stopped, and starts again where the
// server's file is another one. Stalled and broken connections are tried again, from where they stopped.
import { type FileHandle, open } from "node:fs/promises";
import type { Timers } from "../../canonical/clock.js";
import { wrongIn } from "./checksum.js";
import { type Answer, get, UnansweredError } from "./http-get.js";
import { discardPartial, findPartial, notePartial, type PartialFile, partialPath } from "./partial-file.js";
import { type Attempt, misfit, originOf, rangeHeaders, sameUrl } from "./resume.js";
import type { AskedSource } from "./sources.js";
import type { WeightsFile } from "./weights.js";

export interface DownloadContext {
  readonly file: WeightsFile;
  /** Where the partial file is, for the one who holds pull's lock. */
  readonly partialFolder: string;
  readonly fetchImpl: typeof fetch;
  readonly timers: Timers;
  readonly signal: AbortSignal | undefined;
  readonly stallMs: number;
  /** @param bytes of the file so far; @param fresh how many of them came over the wire just now. */
  received(bytes: number, fresh: number): void;
  /** The same source is tried again. */
  again(sentence: string): void;
}

type WebSource = AskedSource & { readonly kind: "web" };

/** Requests after the first that a broken or stalled connection is worth. */
const mostCuts = 2;
const pauseMs = 1_000;

/** Undefined when the partial file is whole and its checksum right; else a sentence. Throws when the disk or the signal ends it. */
export async function download(source: WebSource, context: DownloadContext): Promise<string | undefined> {
  const { file, partialFolder, signal } = context;
  let cuts = 0;
  let beganAgain = false;
  /** Every byte of the partial file was served by this source, just now. */
  let own = false;
  for (;;) {
    signal?.throwIfAborted();
    const partial = await findPartial(partialFolder, file);
    if (!partial) own = true;
    const attempt: Attempt =
      partial?.bytes === file.bytes ? { kind: "whole" } : await request(source, partial, cuts > 0, context);
    switch (attempt.kind) {
      case "whole": {
        const wrong = await wrongIn(partialPath(partialFolder, file), file, signal);
        if (wrong === undefined) return undefined;
        await discardPartial(partialFolder, file);
        // Bytes of an earlier run, or of another source, may be the wrong ones.
        if (own || beganAgain) return wrong;
        beganAgain = true;
        context.again("What was there from before was not right.");
        break;
      }
      case "cut":
        if (cuts === mostCuts) return attempt.sentence;
        cuts++;
        context.again(attempt.sentence);
        await pause(context.timers, pauseMs * cuts, signal);
        break;
      case "unfit":
        await discardPartial(partialFolder, file);
        if (beganAgain) return attempt.sentence;
        beganAgain = true;
        context.again(attempt.sentence);
        break;
      case "refused":
        if (attempt.rotten === true) await discardPartial(partialFolder, file);
        return attempt.sentence;
    }
  }
}

async function request(
  source: WebSource,
  partial: PartialFile | undefined,
  answeredBefore: boolean,
  context: DownloadContext,
): Promise<Attempt> {
  const { fetchImpl, timers, signal, stallMs } = context;
  const { url, authorization } = source;
  const headers = { "accept-encoding": "identity", ...rangeHeaders(url, partial) };
  let answer: Answer;
  try {
    answer = await get({ url, headers, authorization, fetchImpl, timers, signal, stallMs });
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error;
    return { kind: answeredBefore ? "cut" : "refused", sentence: error.message };
  }
  try {
    return misfit(url, partial, answer, context.file) ?? (await take(url, partial, answer, context));
  } finally {
    answer.close();
  }
}

async function take(
  url: string,
  partial: PartialFile | undefined,
  answer: Answer,
  context: DownloadContext,
): Promise<Attempt> {
  const { file, partialFolder } = context;
  const path = partialPath(partialFolder, file);
  const offset = answer.status === 206 ? (partial?.bytes ?? 0) : 0;
  if (offset === 0 || !sameUrl(partial, url)) {
    if (offset === 0) await discardPartial(partialFolder, file);
    await notePartial(partialFolder, file, originOf(url, answer));
  }
  const handle = await open(path, offset === 0 ? "w" : "r+", 0o600);
  try {
    const end = await copy(answer, handle, offset, context);
    await handle.sync();
    const { sentence } = end;
    switch (end.kind) {
      case "whole":
        return { kind: "whole" };
      case "long":
        return offset === 0 ? { kind: "refused", rotten: true, sentence } : { kind: "unfit", sentence };
      case "broken":
        return { kind: "cut", sentence };
      case "short":
        // Where no length was promised, a file that ends too early is another file.
        if (offset === 0 && !answer.headers.has("content-length")) return { kind: "refused", rotten: true, sentence };
        return { kind: "cut", sentence };
    }
  } finally {
    await handle.close();
  }
}

interface Copied {
  readonly kind: "whole" | "short" | "long" | "broken";
  readonly sentence: string;
}

async function copy(answer: Answer, handle: FileHandle, offset: number, context: DownloadContext): Promise<Copied> {
  const { file, signal, received } = context;
  let at = offset;
  const pieces = answer.body();
  try {
    for (;;) {
      const next = await pieces.next().catch((error: unknown) => ({ broken: error }));
      if ("broken" in next) {
        signal?.throwIfAborted();
        return { kind: "broken", sentence: brokenOff(next.broken, at, file) };
      }
      if (next.done) break;
      if (at + next.value.length > file.bytes) return { kind: "long", sentence: "It is longer than the weights are." };
      await writeAll(handle, next.value, at);
      at += next.value.length;
      received(at, next.value.length);
    }
  } finally {
    await pieces.return();
  }
  const sentence = `It ended after ${at} of ${file.bytes} bytes.`;
  return { kind: at === file.bytes ? "whole" : "short", sentence };
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function brokenOff(error: unknown, at: number, file: WeightsFile): string {
  if (error instanceof UnansweredError) return error.message;
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `The connection broke off after ${at} of ${file.bytes} bytes${cause}.`;
}

async function pause(timers: Timers, ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = timers.after(ms, done);
    function done(): void {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done, { once: true });
  });
}
