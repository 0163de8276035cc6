// Slots, a bounded queue with a deadline, clients that leave it, and slots that can't be made.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Timers } from "../../canonical/clock.js";
import { type Acquired, createSlots, type Lease, type SlotOptions } from "./slots.js";

const present = () => new AbortController().signal;

/** Time that passes when told to. */
function createTime() {
  let nowMs = 0;
  const due = new Set<{ readonly atMs: number; readonly run: () => void }>();
  const timers: Timers = {
    after(ms, run) {
      const one = { atMs: nowMs + ms, run };
      due.add(one);
      return { cancel: () => due.delete(one) };
    },
  };
  return {
    timers,
    clock: { monotonicMs: () => nowMs },
    due,
    pass(ms: number) {
      nowMs += ms;
      for (const one of [...due]) if (one.atMs <= nowMs && due.delete(one)) one.run();
    },
  };
}

function numbered(slots: number, waiting: number, more: Partial<SlotOptions<number>> = {}) {
  const time = createTime();
  let made = 0;
  const { timers, clock } = time;
  return {
    time,
    slots: createSlots({ slots, waiting, waitMs: 20_000, timers, clock, create: async () => ++made, ...more }),
  };
}

function leaseOf<T>(acquired: Acquired<T>): Lease<T> {
  if (acquired.kind !== "lease") throw new Error(acquired.kind);
  return acquired;
}

test("slots are made when needed, and the one used last is used next", async () => {
  const { slots } = numbered(2, 1);
  const first = leaseOf(await slots.acquire(present()));
  expect(first.slot).toBe(1);
  first.release();
  expect(leaseOf(await slots.acquire(present())).slot).toBe(1);
  expect(leaseOf(await slots.acquire(present())).slot).toBe(2);
});

test("beyond slots and queue a call is refused, and a release lets the first waiter in, once", async () => {
  const { slots } = numbered(1, 2);
  const first = leaseOf(await slots.acquire(present()));
  const order: string[] = [];
  const waiters = ["a", "b"].map(async (name) => {
    const lease = leaseOf(await slots.acquire(present()));
    order.push(name);
    return lease;
  });
  expect((await slots.acquire(present())).kind).toBe("full");
  first.release();
  first.release();
  const second = await waiters[0];
  expect(order).toEqual(["a"]);
  second?.release();
  await waiters[1];
  expect(order).toEqual(["a", "b"]);
});

test("a newcomer does not overtake those who wait", async () => {
  const { slots } = numbered(1, 5);
  const held = leaseOf(await slots.acquire(present()));
  const waiter = slots.acquire(present());
  held.release();
  const newcomer = slots.acquire(present());
  const early = leaseOf(await waiter);
  expect(await Promise.race([newcomer, Promise.resolve("waits")])).toBe("waits");
  early.release();
  expect((await newcomer).kind).toBe("lease");
});

test("a client that leaves the queue makes room", async () => {
  const { slots, time } = numbered(1, 1);
  await slots.acquire(present());
  const leaving = new AbortController();
  const waiter = slots.acquire(leaving.signal);
  leaving.abort();
  expect(await waiter).toEqual({ kind: "gone" });
  expect([slots.waiting, time.due.size]).toEqual([0, 0]);
  const next = slots.acquire(present());
  expect(await Promise.race([next, Promise.resolve("waits")])).toBe("waits");
  expect(await slots.acquire(AbortSignal.abort())).toEqual({ kind: "gone" });
});

test("who waits too long is told so, and the slot goes to who still waits", async () => {
  const { slots, time } = numbered(1, 2);
  const held = leaseOf(await slots.acquire(present()));
  const first = slots.acquire(present());
  time.pass(15_000);
  const second = slots.acquire(present());
  time.pass(5_000);
  expect(await first).toEqual({ kind: "late", retryAfterMs: 2_000 });
  held.release();
  expect(leaseOf(await second).slot).toBe(1);
  time.pass(60_000);
  expect(time.due.size).toBe(0);
});

test("the advice when to come back follows how long answers take", async () => {
  const { slots, time } = numbered(2, 0);
  expect((await slots.acquire(present())).kind).toBe("lease");
  const refused = async () => {
    const acquired = await slots.acquire(present());
    return acquired.kind === "full" ? acquired.retryAfterMs : acquired.kind;
  };
  for (let answers = 0; answers < 30; answers++) {
    const lease = leaseOf(await slots.acquire(present()));
    if (answers === 0) expect(await refused()).toBe(500);
    time.pass(8_000);
    lease.release();
  }
  await slots.acquire(present());
  expect(await refused()).toBeCloseTo(4_000, -2);
});

test("a slot that can't be made is tried again", async () => {
  let broken = true;
  const create = async () => {
    if (broken) throw new Error("no memory");
    return 1;
  };
  const { slots } = numbered(1, 0, { create });
  await expect(slots.acquire(present())).rejects.toThrow("no memory");
  broken = false;
  expect(leaseOf(await slots.acquire(present())).slot).toBe(1);
});

test("who waits for a slot that can't be made tries it next, and nobody waits for ever", async () => {
  let tries = 0;
  const create = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (++tries < 3) throw new Error(`no memory ${tries}`);
    return tries;
  };
  const { slots, time } = numbered(1, 3, { create });
  const results = await Promise.allSettled([1, 2, 3].map(() => slots.acquire(present())));
  expect(results.map((result) => result.status === "rejected" && result.reason.message)).toEqual([
    "no memory 1",
    "no memory 2",
    false,
  ]);
  expect([slots.waiting, time.due.size]).toEqual([0, 0]);
});

type Step =
  | { readonly kind: "come" | "leave" | "end"; readonly who: number }
  | { readonly kind: "pass"; readonly ms: number };

test("whatever happens: never more slots or waiters than allowed, first come first served, everyone is answered", async () => {
  const who = fc.nat(30);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom("come", "leave", "end"), who }),
    fc.record({ kind: fc.constant("pass"), ms: fc.nat(15_000) }),
  );
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 4 }),
    fc.nat(4),
    fc.array(step),
    async (most, waiting, steps) => {
      const { slots, time } = numbered(most, waiting);
      const leaving: AbortController[] = [];
      const leases = new Map<number, Lease<number>>();
      const served: number[] = [];
      const answered = new Set<number>();
      const settled = () => new Promise((resolve) => setImmediate(resolve));
      for (const next of steps) {
        if (next.kind === "pass") time.pass(next.ms);
        else if (next.kind === "leave") leaving[next.who]?.abort();
        else if (next.kind === "end") {
          leases.get(next.who)?.release();
          leases.delete(next.who);
        } else {
          const mine = leaving.push(new AbortController()) - 1;
          void slots.acquire(leaving[mine]?.signal ?? present()).then((acquired) => {
            answered.add(mine);
            if (acquired.kind !== "lease") return;
            served.push(mine);
            leases.set(mine, acquired);
          });
        }
        await settled();
        expect(leases.size).toBeLessThanOrEqual(most);
        expect(new Set([...leases.values()].map(({ slot }) => slot)).size).toBe(leases.size);
        expect(slots.waiting).toBeLessThanOrEqual(waiting);
        // Nobody waits beside a free slot.
        if (slots.waiting > 0) expect(leases.size).toBe(most);
      }
      time.pass(20_000);
      await settled();
      expect(answered.size).toBe(leaving.length);
      expect(served).toEqual(served.toSorted((a, b) => a - b));
      expect(time.due.size).toBe(0);
    },
  );
  await fc.assert(property, { numRuns: 200 });
});
