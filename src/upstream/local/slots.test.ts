// Two slots, a bounded queue, and clients that leave it.
import { expect, test } from "vitest";
import { type Acquired, createSlots } from "./slots.js";

const present = () => new AbortController().signal;
function numbered(slots: number, waiting: number) {
  let made = 0;
  return createSlots({ slots, waiting, create: async () => ++made });
}
function slotOf<T>(acquired: Acquired<T>): T {
  if (acquired.kind !== "lease") throw new Error(acquired.kind);
  return acquired.slot;
}

test("slots are made when needed, and the one used last is used next", async () => {
  const slots = numbered(2, 1);
  const first = await slots.acquire(present());
  expect(slotOf(first)).toBe(1);
  if (first.kind === "lease") first.release();
  expect(slotOf(await slots.acquire(present()))).toBe(1);
  expect(slotOf(await slots.acquire(present()))).toBe(2);
});

test("beyond slots and queue a call is refused, and a release lets the first waiter in", async () => {
  const slots = numbered(1, 1);
  const first = await slots.acquire(present());
  const waiter = slots.acquire(present());
  expect((await slots.acquire(present())).kind).toBe("full");
  if (first.kind === "lease") {
    first.release();
    first.release();
  }
  expect(slotOf(await waiter)).toBe(1);
});

test("a client that leaves the queue makes room", async () => {
  const slots = numbered(1, 1);
  await slots.acquire(present());
  const leaving = new AbortController();
  const waiter = slots.acquire(leaving.signal);
  leaving.abort();
  expect((await waiter).kind).toBe("gone");
  const next = slots.acquire(present());
  expect(await Promise.race([next, Promise.resolve("waits")])).toBe("waits");
});

test("a slot that can't be made is tried again", async () => {
  let broken = true;
  const create = async () => {
    if (broken) throw new Error("no memory");
    return 1;
  };
  const slots = createSlots({ slots: 1, waiting: 0, create });
  await expect(slots.acquire(present())).rejects.toThrow("no memory");
  broken = false;
  expect(slotOf(await slots.acquire(present()))).toBe(1);
});
