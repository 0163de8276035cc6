import { expect, test } from "vitest";
import { createInterrupt, interruptError } from "./interrupt.js";
import { createOpenExchanges } from "./open-exchanges.js";

test("an interrupt reaches whoever listens, and whoever listens later", () => {
  const interrupt = createInterrupt();
  const heard: string[] = [];
  interrupt.listen((reason) => heard.push(`first ${reason}`));
  interrupt.raise("client_gone");
  interrupt.listen((reason) => heard.push(`second ${reason}`));
  expect(heard).toEqual(["first client_gone", "second client_gone"]);
});

test("the first reason stays, and who has stopped listening hears nothing", () => {
  const interrupt = createInterrupt();
  const heard: string[] = [];
  interrupt.listen((reason) => heard.push(reason));
  interrupt.listen(undefined);
  interrupt.raise("draining");
  interrupt.raise("client_gone");
  expect([interrupt.reason, heard]).toEqual(["draining", []]);
});

test("a stop invites the client to come again; a client that left is told nothing of the kind", () => {
  expect(interruptError("draining").details.retryAfterMs).toBe(1_000);
  expect(interruptError("client_gone").status).toBe(499);
});

test("open exchanges are counted until they end, also where they fail", async () => {
  const open = createOpenExchanges();
  let finish = () => {};
  const served = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const one = open.track(createInterrupt(), served);
  const other = open.track(createInterrupt(), Promise.reject(new Error("it failed"))).catch(() => {});
  expect(open.count).toBe(2);
  const idle = open.idle();
  finish();
  await Promise.all([one, other, idle, open.idle()]);
  expect(open.count).toBe(0);
});

test("a cut interrupts all that are open", () => {
  const open = createOpenExchanges();
  const interrupts = [createInterrupt(), createInterrupt()];
  for (const interrupt of interrupts) void open.track(interrupt, new Promise(() => {}));
  open.cut();
  expect(interrupts.map((interrupt) => interrupt.reason)).toEqual(["draining", "draining"]);
});
