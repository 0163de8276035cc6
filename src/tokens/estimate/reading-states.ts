// The states in which a text is read: where in a word, a number, a run of marks or blanks the reader stands. An estimate
// is the sum of what each unit costs in its state, so a longer text never costs less.
import { type UnitClass, unitClasses } from "./unit-classes.js";

/** Positions in a run that are told apart; what comes later counts as the last of them. */
const positions = { word: 16, digit: 6, mark: 3, script: 3, blank: 17 };

type State =
  | { readonly kind: "start" }
  | { readonly kind: "word"; readonly shape: Shape; readonly spaced: boolean; readonly position: number }
  | { readonly kind: "digit"; readonly spaced: boolean; readonly position: number }
  | {
      readonly kind: "mark";
      readonly mark: string;
      readonly run: "first" | "spaced" | "same" | "mixed";
      readonly position: number;
    }
  | {
      readonly kind: "script";
      readonly name: string;
      readonly script: string;
      readonly spaced: boolean;
      readonly position: number;
    }
  | {
      readonly kind: "blank";
      readonly blank: "space" | "indent" | "newline" | "tab" | "return";
      readonly position: number;
    };

type Shape = "lower" | "title" | "capitals" | "accented";

export interface ReadingStates {
  /** What each state is called, in the order of the weights. */
  readonly names: readonly string[];
  /** The state after a unit of a class, at `state * unitClasses.length + class`. The first state is the start. */
  readonly next: Uint16Array;
}

/**
 * Walks from the start over every class until no new state turns up. Only what goes on with a run depends on its state;
 * all else begins anew, after a space or not, and is looked up once.
 */
export function readingStates(): ReadingStates {
  const states: State[] = [{ kind: "start" }];
  const numbers = new Map([["start", 0]]);
  const rows: Uint16Array[] = [];
  const anew: { plain?: Uint16Array; spaced?: Uint16Array } = {};
  for (let at = 0; at < states.length; at++) {
    const from = states[at] ?? { kind: "start" };
    const begun = isSpace(from) ? anew.spaced : anew.plain;
    const row = begun?.slice() ?? new Uint16Array(unitClasses.length);
    for (const [index, unitClass] of unitClasses.entries()) {
      if (begun !== undefined && !goesOn(from, unitClass)) continue;
      const to = after(from, unitClass);
      const name = nameOf(to);
      const number = numbers.get(name) ?? states.push(to) - 1;
      numbers.set(name, number);
      row[index] = number;
    }
    rows.push(row);
    anew[isSpace(from) ? "spaced" : "plain"] ??= row;
  }
  const next = new Uint16Array(rows.length * unitClasses.length);
  for (const [state, row] of rows.entries()) next.set(row, state * unitClasses.length);
  return { names: [...numbers.keys()], next };
}

const isSpace = (state: State): boolean =>
  state.kind === "blank" && (state.blank === "space" || state.blank === "indent");

/** Whether a unit of the class goes on with the run of the state, so that it matters which state that is. */
function goesOn(state: State, unit: UnitClass): boolean {
  switch (unit.kind) {
    case "lower":
    case "upper":
    case "accented":
      return state.kind === "word";
    case "digit":
    case "mark":
      return state.kind === unit.kind;
    case "script":
      return state.kind === "script" && state.script === unit.script;
    default:
      return state.kind === "blank";
  }
}

function after(state: State, unit: UnitClass): State {
  const spaced = isSpace(state);
  switch (unit.kind) {
    case "lower":
    case "upper":
    case "accented":
      return afterLetter(state, unit.kind, spaced);
    case "digit": {
      if (state.kind !== "digit") return { kind: "digit", spaced, position: 1 };
      // 4, 5, 6 and round again: most tokenizers cut numbers into threes or into single digits.
      const position = state.position === positions.digit ? 4 : state.position + 1;
      return { kind: "digit", spaced: false, position };
    }
    case "mark":
      return afterMark(state, unit.name, spaced);
    case "script": {
      const script = unit.script ?? unit.name;
      if (state.kind !== "script" || state.script !== script)
        return { kind: "script", name: unit.name, script, spaced, position: 1 };
      const position = Math.min(state.position + 1, positions.script);
      return { kind: "script", name: unit.name, script, spaced: false, position };
    }
    default:
      return afterBlank(state, unit.kind);
  }
}

/** Words are cut at the humps of camel case: `parseHTTPBody` is parse, HTTP and Body. */
function afterLetter(state: State, letter: "lower" | "upper" | "accented", spaced: boolean): State {
  const first = { lower: "lower", upper: "capitals", accented: "accented" } as const;
  if (state.kind !== "word") return { kind: "word", shape: first[letter], spaced, position: 1 };
  const position = Math.min(state.position + 1, positions.word);
  if (letter === "accented") return { ...state, shape: "accented", position };
  if (letter === "upper") {
    if (state.shape === "capitals") return { ...state, position };
    return { kind: "word", shape: "capitals", spaced: false, position: 1 };
  }
  if (state.shape !== "capitals") return { ...state, position };
  const whole = state.position === 1;
  return { kind: "word", shape: "title", spaced: whole && state.spaced, position: 2 };
}

function afterMark(state: State, mark: string, spaced: boolean): State {
  if (state.kind !== "mark") return { kind: "mark", mark, run: spaced ? "spaced" : "first", position: 1 };
  const same = state.mark === mark && state.run !== "mixed";
  return { kind: "mark", mark, run: same ? "same" : "mixed", position: Math.min(state.position + 1, positions.mark) };
}

function afterBlank(state: State, blank: "space" | "newline" | "tab" | "return"): State {
  const before = state.kind === "blank" ? state.blank : undefined;
  const onNewLine = before === "newline" || before === "indent";
  const kind = blank === "space" && onNewLine ? "indent" : blank;
  const position = state.kind === "blank" && before === kind ? state.position + 1 : 1;
  return {
    kind: "blank",
    blank: kind,
    position: Math.min(position, kind === "space" || kind === "indent" ? positions.blank : 3),
  };
}

function nameOf(state: State): string {
  switch (state.kind) {
    case "start":
      return "start";
    case "word":
      return `${state.shape} ${state.position}${state.spaced ? " spaced" : ""}`;
    case "digit":
      return `digit ${state.position}${state.spaced ? " spaced" : ""}`;
    case "mark":
      return `${state.mark} ${state.run} ${state.position}`;
    case "script":
      return `${state.name} ${state.position}${state.spaced ? " spaced" : ""}`;
    case "blank":
      return `${state.blank} ${state.position}`;
  }
}
