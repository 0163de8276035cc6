import fc from "fast-check";
import { expect, test } from "vitest";
import { createVirtualTime, settled } from "../../test/virtual-time.js";
import { TrunklineError } from "../canonical/error.js";
import { type CapacityLimits, createCapacity } from "./capacity.js";

function setUp(limits: Partial<CapacityLimits> = {}) {
  const time = createVirtualTime();
  const capacity = createCapacity({ inFlight: 2, waiting: 2, waitMs: 1_000, ...limits }, time.timers);
  const log: string[] = [];
  /** Asks for a place and notes under its name how that went. */
  const enter = (name: string) => {
    const refused = (error: unknown) => log.push(`${name} ${TrunklineError.is(error) ? error.code : "?"}`);
    try {
      const wait = capacity.enter();
      if (wait === undefined) log.push(`${name} at once`);
      else wait.then(() => log.push(`${name} later`), refused);
    } catch (error) {
      refused(error);
    }
  };
  return { ...time, capacity, log, enter };
}

test("a free place is given at once", () => {
  const { capacity, enter, log } = setUp();
  for (const name of ["a", "b"]) enter(name);
  expect(log).toEqual(["a at once", "b at once"]);
  expect(capacity.inFlight).toBe(2);
});

test("places are handed over in the order of asking", async () => {
  const { capacity, enter, log } = setUp();
  for (const name of ["a", "b", "c", "d"]) enter(name);
  capacity.leave();
  await settled();
  expect(log.slice(2)).toEqual(["c later"]);
  capacity.leave();
  await settled();
  expect(log.slice(2)).toEqual(["c later", "d later"]);
  expect(capacity.inFlight).toBe(2);
});

test("beyond the bound of the queue a request is refused at once", () => {
  const { enter, log } = setUp();
  for (const name of ["a", "b", "c", "d", "e"]) enter(name);
  expect(log).toEqual(["a at once", "b at once", "e gateway_overloaded"]);
});

test("who has waited too long is refused, and gets no place that is freed later", async () => {
  const { advance, capacity, enter, log } = setUp();
  for (const name of ["a", "b", "c"]) enter(name);
  await advance(500);
  enter("d");
  await advance(500);
  expect(log.slice(2)).toEqual(["c gateway_overloaded"]);
  capacity.leave();
  await settled();
  expect(log.slice(3)).toEqual(["d later"]);
});

test("a refusal says when to try again", () => {
  const { capacity } = setUp({ inFlight: 1, waiting: 0 });
  capacity.enter();
  expect(() => capacity.enter()).toThrow(
    expect.objectContaining({ status: 503, details: expect.objectContaining({ retryAfterMs: 1_000 }) }),
  );
});

test("no timer is left behind by those who got their place", async () => {
  const time = setUp();
  for (const name of ["a", "b", "c", "d"]) time.enter(name);
  for (let left = 0; left < 4; left++) time.capacity.leave();
  await time.advance(5_000);
  expect(time.pending()).toBe(0);
  expect(time.capacity.inFlight).toBe(0);
  expect(time.log.filter((line) => line.endsWith("overloaded"))).toEqual([]);
});

test("whatever comes and goes, never more are in flight than may be, and none at the end", async () => {
  const step = fc.oneof(fc.constant("enter" as const), fc.constant("leave" as const), fc.integer({ min: 1, max: 600 }));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { advance, capacity } = setUp();
      let inside = 0;
      const enter = async () => {
        try {
          await capacity.enter();
          inside++;
        } catch {}
      };
      for (const one of steps) {
        if (one === "enter") void enter();
        else if (one === "leave") {
          await settled();
          if (inside > 0) {
            inside--;
            capacity.leave();
          }
        } else await advance(one);
        await settled();
        expect(inside).toBeLessThanOrEqual(2);
        expect(capacity.inFlight).toBe(inside);
      }
      await advance(2_000);
      for (; inside > 0; inside--) capacity.leave();
      expect(capacity.inFlight).toBe(0);
    }),
    { numRuns: 50 },
  );
});
