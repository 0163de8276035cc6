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
  const tables: Tables = { steps, unitTable: tableOfUnits(), rowOf: tableOfRows() };
  return {
    stateNames: names,
    pairCount,
    firstLetter: firstLetterColumn,
    letterCount: letterColumns - firstLetterColumn,
    weigh: (text, weights, classes) => weigh(text, weights, classes, tables),
    addCounts: (text, states, pairs) => addCounts(text, states, pairs, tables),
  };
}

interface Tables {
  readonly steps: Uint16Array;
  /** Of each unit the class in the lower eight bits, and the letter in the upper ones. */
  readonly unitTable: Uint16Array;
  readonly rowOf: Uint16Array;
}

const units = new Uint16Array(windowUnits);
const unitBytes = Buffer.from(units.buffer);

/** Copies a window of the text to `units`; how many there are. */
function copyUnits(text: string, from: number): number {
  const part = text.length <= windowUnits ? text : text.slice(from, from + windowUnits);
  return unitBytes.write(part, 0, "utf16le") >> 1;
}

function weigh(text: string, weights: ReadingWeights, classes: Int32Array, tables: Tables): number {
  const { states, pairs } = weights;
  const { steps, unitTable, rowOf } = tables;
  let stateSum = 0;
  let pairSum = 0;
  let state = 0;
  let row = 0;
  for (let from = 0; from < text.length; from += windowUnits) {
    const end = copyUnits(text, from);
    sampleClasses(end, classes, unitTable);
    for (let at = 0; at < end; at++) {
      const entry = unitTable[units[at] ?? 0] ?? 0;
      const letter = entry >> 8;
      state = steps[(state << rowBits) | (entry & 0xff)] ?? 0;
      stateSum += states[state] ?? 0;
      pairSum += pairs[letter + (letter < firstLetterColumn ? row : 0)] ?? 0;
      row = rowOf[letter] ?? 0;
    }
  }
  return stateSum + pairSum;
}

function sampleClasses(end: number, classes: Int32Array, unitTable: Uint16Array): void {
  // Odd, so that it does not fall into step with the columns of a table.
  const stride = Math.floor(end / sampledUnits) | 1;
  for (let at = 0; at < end; at += stride) {
    const unitClass = (unitTable[units[at] ?? 0] ?? 0) & 0xff;
    classes[unitClass] = (classes[unitClass] ?? 0) + stride;
  }
}

function addCounts(text: string, states: Int32Array, pairs: Int32Array, tables: Tables): void {
  const { steps, unitTable, rowOf } = tables;
  let state = 0;
  let row = 0;
  for (let from = 0; from < text.length; from += windowUnits) {
    const end = copyUnits(text, from);
    for (let at = 0; at < end; at++) {
      const entry = unitTable[units[at] ?? 0] ?? 0;
      const letter = entry >> 8;
      state = steps[(state << rowBits) | (entry & 0xff)] ?? 0;
      states[state] = (states[state] ?? 0) + 1;
      const pair = letter + (letter < firstLetterColumn ? row : 0);
      pairs[pair] = (pairs[pair] ?? 0) + 1;
      row = rowOf[letter] ?? 0;
    }
  }
}

function tableOfUnits(): Uint16Array {
  const table = Uint16Array.from(tableOfClasses());
  const letters = tableOfLetters();
  for (let unit = 0; unit < table.length; unit++) table[unit] = (table[unit] ?? 0) | ((letters[unit] ?? 0) << 8);
  return table;
}

function tableOfRows(): Uint16Array {
  const rows = new Uint16Array(letterColumns);
  for (let letter = 1; letter <= 26; letter++) rows[letter] = letterColumns + (letter - 1) * 32;
  return rows;
}

function tableOfSteps(): { readonly names: readonly string[]; readonly steps: Uint16Array } {
  const { names, next } = readingStates();
  const classes = unitClasses.length;
  const steps = new Uint16Array(names.length << rowBits);
  for (let state = 0; state < names.length; state++)
    steps.set(next.subarray(state * classes, (state + 1) * classes), state << rowBits);
  return { names, steps };
}
