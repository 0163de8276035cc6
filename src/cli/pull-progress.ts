// How far `pull` is, in words: on a terminal one line that is drawn again, elsewhere a line now and then, for logs.
// No escape sequences, only returns and spaces: nothing here depends on colours or on the kind of terminal.
import { megabytes, type PullEvent } from "../upstream/local/pull-events.js";
import type { Io } from "./io.js";
import { clip, padTo, printable, widthOf } from "./terminal.js";

export interface PullProgress {
  show(event: PullEvent): void;
  /** Ends the line that is being drawn. */
  close(): void;
}

type Stream = Io["stderr"];
type Progress = PullEvent & { readonly kind: "progress" };

const barWidth = 24;
const drawEveryMs = 100;
const lineEveryMs = 10_000;
/** Speed is that of the last seconds, so that it tells what the connection does now. */
const speedOverMs = 5_000;
const sampleEveryMs = 250;
const defaultColumns = 80;

/** @param live redraws one line; else whole lines are written. */
export function createPullProgress(stream: Stream, live: boolean, monotonicMs: () => number): PullProgress {
  let drawn = "";
  let label: string | undefined;
  let saidMs = Number.NEGATIVE_INFINITY;
  let speed = createSpeed();

  const clear = () => {
    if (drawn !== "") stream.write(`\r${" ".repeat(widthOf(drawn))}\r`);
    drawn = "";
  };
  const line = (text: string) => {
    clear();
    stream.write(`${printable(text)}\n`);
  };

  function progress(event: Progress): void {
    const nowMs = monotonicMs();
    if (event.label !== label) {
      label = event.label;
      speed = createSpeed();
      saidMs = live ? Number.NEGATIVE_INFINITY : nowMs;
      if (!live) line(`${label}: ${megabytes(event.totalBytes)}`);
    }
    speed.add(nowMs, event.receivedBytes);
    const whole = event.receivedBytes >= event.totalBytes;
    if (live ? nowMs - saidMs < drawEveryMs && !whole : nowMs - saidMs < lineEveryMs) return;
    saidMs = nowMs;
    const text = progressText(event, speed.bytesPerSecond());
    if (live) draw(event, text);
    else line(`${event.label}: ${text}`);
  }

  function draw({ label, receivedBytes, totalBytes }: Progress, text: string): void {
    const share = Math.min(1, receivedBytes / Math.max(1, totalBytes));
    const bar = "#".repeat(Math.floor(share * barWidth)).padEnd(barWidth, ".");
    // The last column stays free: some terminals wrap when it is written.
    const next = clip(printable(`[${bar}] ${text}  ${label}`), (stream.columns ?? defaultColumns) - 1);
    stream.write(`\r${padTo(next, widthOf(drawn))}`);
    drawn = next;
  }

  return {
    show(event) {
      switch (event.kind) {
        case "progress":
          return progress(event);
        case "plan":
          return planLines(event).forEach(line);
        case "waiting":
          return line(`Another pull is at work in ${event.folder}. Waiting for it.`);
        case "again":
          return line(`  ${event.source}: ${event.sentence} Trying again.`);
        case "problem":
          return line(`  ${event.source}: ${event.sentence}`);
      }
    },
    close() {
      if (drawn !== "") stream.write("\n");
      drawn = "";
    },
  };
}

function planLines({
  items,
  neededBytes,
  freeBytes,
  folder,
  sources,
}: PullEvent & { readonly kind: "plan" }): string[] {
  const things = items.map(({ label, bytes, presentBytes }) => {
    const there = presentBytes > 0 ? `, of which ${size(presentBytes)} are there from before` : "";
    return `  ${label}: ${size(bytes)}${there}`;
  });
  const free = freeBytes === undefined ? "" : `; ${size(freeBytes)} are free`;
  const weights =
    items.length > 0 && sources.length > 0 ? [`Sources of the weights, in order: ${sources.join(", ")}.`] : [];
  return ["To be fetched:", ...things, `That needs ${size(neededBytes)} of disk in ${folder}${free}.`, ...weights];
}

/** `12.4 of 98.4 MB, 12 %, 8.2 MB/s, 11 s left`. */
function progressText({ receivedBytes, totalBytes }: Progress, bytesPerSecond: number | undefined): string {
  const percent = Math.floor((100 * Math.min(receivedBytes, totalBytes)) / Math.max(1, totalBytes));
  const parts = [`${megabytes(receivedBytes).replace(/ MB$/, "")} of ${megabytes(totalBytes)}`, `${percent} %`];
  if (bytesPerSecond !== undefined) {
    parts.push(`${megabytes(bytesPerSecond)}/s`);
    const left = totalBytes - receivedBytes;
    if (left > 0 && bytesPerSecond > 0) parts.push(`${duration((1_000 * left) / bytesPerSecond)} left`);
  }
  return parts.join(", ");
}

function size(bytes: number): string {
  return bytes < 1_000_000_000 ? megabytes(bytes) : `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** `4 s`, `2 min 5 s`, `3 h 10 min`. */
export function duration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

interface Speed {
  add(atMs: number, bytes: number): void;
  bytesPerSecond(): number | undefined;
}

function createSpeed(): Speed {
  let samples: { readonly atMs: number; readonly bytes: number }[] = [];
  let last: (typeof samples)[number] | undefined;
  return {
    add(atMs, bytes) {
      // A download that began again says nothing about speed.
      if (last !== undefined && bytes < last.bytes) samples = [];
      last = { atMs, bytes };
      const latest = samples.at(-1);
      if (latest !== undefined && atMs - latest.atMs < sampleEveryMs) return;
      samples.push(last);
      // The one before the window stays: bytes that come seldom have a speed too.
      const within = samples.findIndex((sample) => atMs - sample.atMs < speedOverMs);
      samples = samples.slice(Math.max(0, within - 1));
    },
    bytesPerSecond() {
      const [first] = samples;
      if (first === undefined || last === undefined || last.atMs - first.atMs < sampleEveryMs) return undefined;
      return (1_000 * (last.bytes - first.bytes)) / (last.atMs - first.atMs);
    },
  };
}
