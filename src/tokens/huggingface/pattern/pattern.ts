// Finds all matches of a pattern, as a backtracking engine would (the first alternative that fits wins), but without
// going back: all ways are followed at once, and what they come to is remembered as the states of an automaton.
import type { FileFaults } from "../tokenizer-fault.js";
import { CharacterClasses, edge } from "./character-classes.js";
import { parsePattern } from "./parse-pattern.js";
import { type Program, programOf } from "./program.js";

export interface Pattern {
  /**
   * Calls `visit` for each match from left to right, without overlap; an empty one right behind another is left out.
   * The text has no lone surrogates.
   */
  eachMatch(text: string, visit: (start: number, end: number) => void): void;
}

/** @throws TrunklineError `invalid_request` where the pattern is damaged or cannot be matched in linear time. */
export function compilePattern(source: string, faults: FileFaults): Pattern {
  return new Automaton(programOf(parsePattern(source, faults), faults), faults);
}

/** The state from which nothing can match any more. 0 stands for a way that is not yet known. */
const dead = 1;
const mostStates = 4_096;

/** How much work a text may make: patterns of published tokenizers need less than 4 steps per character. */
const stepsPerCharacter = 200;
const stepsAtLeast = 2_000_000;

class Automaton implements Pattern {
  private readonly classes: CharacterClasses;
  private stepsOfState: (readonly number[])[] = [];
  private before: number[] = [];
  /** By state and class of the next character: twice the next state, plus 1 where a match ends before that character. */
  private ways: Int32Array[] = [];
  private numbers = new Map<string, number>();
  /** By class of the character before. */
  private starts: number[] = [];
  private workLeft = 0;
  private readonly program: Program;
  private readonly faults: FileFaults;

  constructor(program: Program, faults: FileFaults) {
    this.program = program;
    this.faults = faults;
    this.classes = new CharacterClasses(program.sets);
    this.forget();
  }

  eachMatch(text: string, visit: (start: number, end: number) => void): void {
    this.workLeft = stepsAtLeast + stepsPerCharacter * text.length;
    let lastEnd = -1;
    for (let at = 0; at <= text.length; ) {
      const end = this.matchEnd(text, at);
      if (end < 0 || (end === at && end === lastEnd)) {
        at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
        continue;
      }
      visit(at, end);
      at = end;
      lastEnd = end;
    }
  }

  /** Where the match that starts here ends; -1 where none does. */
  private matchEnd(text: string, from: number): number {
    let state = this.startOf(text, from);
    let end = -1;
    let at = from;
    for (;;) {
      let next = edge;
      let width = 1;
      if (at < text.length) {
        let code = text.charCodeAt(at);
        if (code >= 0xd800 && code < 0xdc00) {
          code = text.codePointAt(at) ?? 0;
          width = 2;
        }
        next = this.classes.of(code);
      }
      const way = this.ways[state]?.[next] || this.wayFrom(state, next);
      if ((way & 1) === 1) end = at;
      state = way >> 1;
      if (state === dead) break;
      at += width;
    }
    this.spend(at - from + 1);
    return end;
  }

  private startOf(text: string, from: number): number {
    const before = this.program.looksBack ? this.classBefore(text, from) : edge;
    const known = this.starts[before];
    if (known !== undefined) return known;
    const start = this.numberOf([this.program.start], before);
    this.starts[before] = start;
    return start;
  }

  private classBefore(text: string, at: number): number {
    if (at === 0) return edge;
    const unit = text.charCodeAt(at - 1);
    return this.classes.of(unit >= 0xdc00 && unit < 0xe000 ? (text.codePointAt(at - 2) ?? unit) : unit);
  }

  private wayFrom(state: number, next: number): number {
    const { reached, matched } = this.follow(this.stepsOfState[state] ?? [], this.before[state] ?? edge, next);
    const full = this.ways.length >= mostStates;
    if (full) this.forget();
    const to = this.numberOf(reached, this.program.looksBack ? next : edge);
    const way = to * 2 + (matched ? 1 : 0);
    if (!full) this.remember(state, next, way);
    return way;
  }

  /** Follows all ways that are open before a character, in order, and then past it. */
  private follow(from: readonly number[], before: number, next: number): { reached: number[]; matched: boolean } {
    const { steps } = this.program;
    const nextSets = this.classes.members[next];
    const seen = new Set<number>();
    const reached = new Set<number>();
    const stack = [...from].reverse();
    let matched = false;
    for (let number = stack.pop(); number !== undefined && !matched; number = stack.pop()) {
      const step = steps[number];
      if (step === undefined || seen.has(number)) continue;
      seen.add(number);
      if (step.kind === "done") matched = true;
      else if (step.kind === "either") stack.push(step.second, step.first);
      else if (step.kind === "take") {
        if (nextSets?.[step.set] === 1) reached.add(step.next);
      } else {
        const seenClass = step.look.side === "after" ? next : before;
        const inSet = this.classes.members[seenClass]?.[step.set] === 1;
        if (seenClass === edge ? step.look.atEdge : inSet !== step.look.negated) stack.push(step.next);
      }
    }
    this.spend(seen.size);
    return { reached: [...reached], matched };
  }

  private numberOf(steps: readonly number[], before: number): number {
    if (steps.length === 0) return dead;
    const key = `${before}:${steps.join()}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.ways.length);
    this.stepsOfState.push(steps);
    this.before.push(before);
    return this.ways.push(new Int32Array(16)) - 1;
  }

  private remember(state: number, next: number, way: number): void {
    let row = this.ways[state];
    if (row === undefined) return;
    if (next >= row.length) {
      const wider = new Int32Array(2 * next);
      wider.set(row);
      this.ways[state] = wider;
      row = wider;
    }
    row[next] = way;
  }

  private forget(): void {
    this.numbers = new Map();
    this.ways = [new Int32Array(0), new Int32Array(0)];
    this.stepsOfState = [[], []];
    this.before = [edge, edge];
    this.starts = [];
  }

  private spend(work: number): void {
    this.workLeft -= work;
    if (this.workLeft < 0) throw this.faults.unsupported("more than linear time for its pattern on this text");
  }
}
