// "middle-out": makes a prompt fit by leaving out its middle, on request only. Pure, and linear in the prompt.
// https://openrouter.ai/docs/guides/features/message-transforms
import type { MessageKind, MessageShape } from "../canonical/message-shape.js";
import type { ReceiptNote } from "../canonical/receipt.js";
import { keepEnds, type Unit, unitsOf } from "./message-units.js";
import { type Shortenable, shortenTexts } from "./shorten-texts.js";

export interface Room {
  /** Tokens of each message, in order. */
  readonly messageTokens: readonly number[];
  /** Tokens of everything else in the input: tools, instructions that are kept apart, what frames the conversation. */
  readonly otherTokens: number;
  /** Tokens that the whole input may take. */
  readonly roomTokens: number;
  /** Messages that may be sent, instructions not counted; absent: any number. */
  readonly maxMessages?: number | undefined;
  /** Tokens of a text, by the same measure as the messages'. Called for texts only where some must be cut. */
  readonly countText: (text: string) => number;
}

export interface MiddleOut<Message> {
  /** The very array that was given where it fits as it is. */
  readonly messages: readonly Message[];
  /** Tokens of the whole input now. */
  readonly inputTokens: number;
  readonly notes: readonly ReceiptNote[];
}

/**
 * Leaves out messages from the middle, and where that is not enough cuts texts in their middle.
 *
 * Stays whatever happens: instructions; the first message and the last; the last one of the user. A tool call and its
 * results go together or not at all. Too many messages: half are kept from the start and half from the end. Cut are
 * the longest of the texts that stay, instructions never, the user's last message only after all others.
 *
 * Undefined where the prompt can't be made to fit like that.
 */
export function middleOut<Message>(
  messages: readonly Message[],
  kind: MessageKind<Message>,
  room: Room,
): MiddleOut<Message> | undefined {
  const weighAll = (unit: Iterable<number>) => sum(unit, (index) => room.messageTokens[index] ?? 0);
  const before = room.otherTokens + weighAll(messages.keys());
  const { maxMessages = Number.POSITIVE_INFINITY } = room;
  if (before <= room.roomTokens && messages.length <= maxMessages) return { messages, inputTokens: before, notes: [] };

  const shapes = messages.map((message) => kind.shapeOf(message));
  const units = unitsOf(shapes);
  const stays = stayingUnits(units, shapes);
  const fixed = before - sum(units, weighAll);
  const few = keepEnds(units, stays, (unit) => unit.length, maxMessages);
  if (sum(few, (unit) => unit.length) > maxMessages) return undefined;
  const kept = keepEnds(few, stays, weighAll, room.roomTokens - fixed);
  const keptTokens = fixed + sum(kept, weighAll);

  const texts = cutTexts(kept, shapes, room, keptTokens);
  if (texts === undefined) return undefined;
  const left = new Set<number>();
  for (const unit of kept) for (const index of unit) left.add(index);
  const made: Message[] = [];
  for (const [index, message] of messages.entries()) {
    if (shapes[index]?.role !== "system" && !left.has(index)) continue;
    const cut = texts.byMessage.get(index);
    made.push(cut === undefined ? message : kind.withTexts(message, cut));
  }
  const gone = messages.length - made.length;
  if (gone + texts.count === 0) return { messages, inputTokens: keptTokens, notes: [] };
  return {
    messages: made,
    inputTokens: keptTokens - texts.saved,
    notes: [...noteGone(gone, messages.length, before - keptTokens), ...noteCut(texts.count, texts.saved)],
  };
}

/** The first unit, the last one, and the one with the user's last message. */
function stayingUnits(units: readonly Unit[], shapes: readonly MessageShape[]): (unit: Unit) => boolean {
  const lastUser = lastUserOf(shapes);
  const asked = units.find((unit) => unit.includes(lastUser));
  const staying = new Set([units[0], units.at(-1), asked]);
  return (unit) => staying.has(unit);
}

/** A user's message that only hands back tool results counts where there is no other; -1 where there is none at all. */
function lastUserOf(shapes: readonly MessageShape[]): number {
  const asked = shapes.findLastIndex(({ role, answers }) => role === "user" && answers.length === 0);
  return asked !== -1 ? asked : shapes.findLastIndex(({ role }) => role === "user");
}

interface CutTexts {
  /** New texts of the messages that were cut. */
  readonly byMessage: ReadonlyMap<number, readonly string[]>;
  readonly count: number;
  readonly saved: number;
}

interface Slot extends Shortenable {
  readonly message: number;
  readonly place: number;
}

function cutTexts(
  kept: readonly Unit[],
  shapes: readonly MessageShape[],
  room: Room,
  keptTokens: number,
): CutTexts | undefined {
  const tooMany = keptTokens - room.roomTokens;
  if (tooMany <= 0) return { byMessage: new Map(), count: 0, saved: 0 };
  const slots = kept
    .flat()
    .flatMap((message): Slot[] =>
      (shapes[message]?.texts ?? []).map((text, place) => ({ text, tokens: room.countText(text), message, place })),
    );
  const lastUser = lastUserOf(shapes);
  for (const cuttable of [slots.filter(({ message }) => message !== lastUser), slots]) {
    const budget = sum(cuttable, ({ tokens }) => tokens) - tooMany;
    const shorter = shortenTexts(cuttable, budget, room.countText);
    const cut = shorter && placeTexts(cuttable, shorter, shapes, room);
    if (cut !== undefined && cut.saved >= tooMany) return cut;
  }
  return undefined;
}

function placeTexts(
  slots: readonly Slot[],
  shorter: readonly string[],
  shapes: readonly MessageShape[],
  room: Room,
): CutTexts {
  const byMessage = new Map<number, string[]>();
  let count = 0;
  let saved = 0;
  for (const [index, { text, tokens, message, place }] of slots.entries()) {
    const cut = shorter[index] ?? text;
    if (cut === text) continue;
    const own = byMessage.get(message) ?? [...(shapes[message]?.texts ?? [])];
    own[place] = cut;
    byMessage.set(message, own);
    count++;
    saved += tokens - room.countText(cut);
  }
  return { byMessage, count, saved };
}

function noteGone(gone: number, all: number, tokens: number): readonly ReceiptNote[] {
  if (gone === 0) return [];
  const why = `middle-out, as asked for: ${gone} of ${all} messages (${tokens} tokens) left out of the middle`;
  return [{ field: "messages", action: "dropped", why }];
}

function noteCut(count: number, tokens: number): readonly ReceiptNote[] {
  if (count === 0) return [];
  const texts = count === 1 ? "1 text" : `${count} texts`;
  const why = `middle-out, as asked for: ${texts} shortened in the middle by ${tokens} tokens`;
  return [{ field: "messages[].content", action: "clamped", why }];
}

function sum<Item>(items: Iterable<Item>, weigh: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += weigh(item);
  return total;
}
