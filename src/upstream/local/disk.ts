// How much a folder holds, how it grows, and how much its disk still takes.
import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Timer, Timers } from "../../canonical/clock.js";

/** Bytes that this user may still write there, or on the nearest folder that exists; undefined where the system won't say. */
export async function freeBytesAt(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const parent = dirname(folder);
    return missing && parent !== folder ? freeBytesAt(parent) : undefined;
  }
}

/** Reports the bytes under `folder` every so often while `work` runs. */
export async function whileGrowing<T>(
  folder: string,
  watch: { readonly timers: Timers; readonly everyMs: number; readonly report: (bytes: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  let over = false;
  let timer: Timer | undefined;
  const look = async () => {
    const bytes = await bytesUnder(folder);
    if (!over) watch.report(bytes);
    wait();
  };
  const wait = () => {
    if (over) return;
    timer = watch.timers.after(watch.everyMs, () => void look().catch(wait));
  };
  wait();
  try {
    return await work();
  } finally {
    over = true;
    timer?.cancel();
  }
}

async function bytesUnder(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}
