// Reads a text for an estimate: one pass over its UTF-16 units, driven by tables and without branches that depend on the
// text, so that every text takes the same time per unit. What is summed up are the weights of the states passed through.
import { readingStates } from "./reading-states.js";
import { firstLetterColumn, letterColumns, tableOfClasses, tableOfLetters, unitClasses } from "./unit-classes.js";

/** Room for a state's row in the table of steps: a power of two, not below the number of classes. */
const rowBits = 6;
/** Row 0 of the pairs is for units after something else than a letter; then 26 rows of 32. */
const pairCount = letterColumns + 26 * 32;
/** Units that are taken at once: copied out of the string, since a typed array is read several times as fast. */
const windowUnits = 32_768;
/** Of a window, about so many units tell its kind. */
const sampledUnits = 250;

/** What a text costs: tokens by state, and by pair of letters. */
export interface ReadingWeights {
  readonly states: Float64Array;
  readonly pairs: Float64Array;
}

export interface TextReader {
  /** The states by name, in the order of their weights. */
  readonly stateNames: readonly string[];
  readonly pairCount: number;
  /** Among the pairs, the letters of Cyrillic and Arabic, each by itself. */
  readonly firstLetter: number;
  readonly letterCount: number;
  /** The weighted sum over a text. About how many units of each class it has goes into `classes`. */
  weigh(text: string, weights: ReadingWeights, classes: Int32Array): number;
  /** What `weigh` weighs, for calibrating: adds how often each state and each pair turns up. */
  addCounts(text: string, states: Int32Array, pairs: Int32Array): void;
}

export function createTextReader(): TextReader {
  const { names, steps } = tableOfSteps();
  const classOf = tableOfClasses();
  const letterOf = tableOfLetters();
  const rowOf = new Uint16Array(letterColumns);
  for (let letter = 1; letter <= 26; letter++) rowOf[letter] = letterColumns + (letter - 1) * 32;
  const units = new Uint16Array(windowUnits);
  const bytes = Buffer.from(units.buffer);
  const fill = (text: string, from: number) =>
    bytes.write(text.length <= windowUnits ? text : text.slice(from, from + windowUnits), 0, "utf16le") >> 1;

  return {
    stateNames: names,
    pairCount,
    firstLetter: firstLetterColumn,
    letterCount: letterColumns - firstLetterColumn,
    weigh(text, weights, classes) {
      const { states, pairs } = weights;
      classes.fill(0);
      let sum = 0;
      let state = 0;
      let row = 0;
      for (let from = 0; from < text.length; from += windowUnits) {
        const end = fill(text, from);
        // Odd, so that it does not fall into step with columns of a table.
        const stride = Math.floor(end / sampledUnits) | 1;
        for (let at = 0; at < end; at += stride) {
          const unitClass = classOf[units[at] ?? 0] ?? 0;
          classes[unitClass] = (classes[unitClass] ?? 0) + stride;
        }
        for (let at = 0; at < end; at++) {
          const unit = units[at] ?? 0;
          state = steps[(state << rowBits) | (classOf[unit] ?? 0)] ?? 0;
          const letter = letterOf[unit] ?? 0;
          sum += (states[state] ?? 0) + (pairs[letter + (letter < firstLetterColumn ? row : 0)] ?? 0);
          row = rowOf[letter] ?? 0;
        }
      }
      return sum;
    },
    addCounts(text, states, pairs) {
      let state = 0;
      let row = 0;
      for (let from = 0; from < text.length; from += windowUnits) {
        const end = fill(text, from);
        for (let at = 0; at < end; at++) {
          const unit = units[at] ?? 0;
          state = steps[(state << rowBits) | (classOf[unit] ?? 0)] ?? 0;
          states[state] = (states[state] ?? 0) + 1;
          const letter = letterOf[unit] ?? 0;
          const pair = letter + (letter < firstLetterColumn ? row : 0);
          pairs[pair] = (pairs[pair] ?? 0) + 1;
          row = rowOf[letter] ?? 0;
        }
      }
    },
  };
}

function tableOfSteps(): { readonly names: readonly string[]; readonly steps: Uint16Array } {
  const { names, next } = readingStates();
  const classes = unitClasses.length;
  const steps = new Uint16Array(names.length << rowBits);
  for (let state = 0; state < names.length; state++)
    steps.set(next.subarray(state * classes, (state + 1) * classes), state << rowBits);
  return { names, steps };
}
