// What kind a character is for the splitters: letter, mark, number, white space or other. From the packed Unicode ranges.

/** `upper` is Lu and Lt, `lower` Ll, `letter` Lm and Lo, which are both at once for o200k; `mark` M, `number` N. */
export const characterClass = {
  other: 0,
  upper: 1,
  lower: 2,
  letter: 3,
  mark: 4,
  number: 5,
  /** White_Space but for the two below. */
  space: 6,
  /** Carriage return and line feed. */
  newline: 7,
} as const;

/** Class by code point. One byte each: a megabyte, and no branch on the way. */
export type CharacterClasses = Uint8Array;

/**
 * @param packed for each range in order: how far it begins behind the end of the one before it, its length and its class, the
 * numbers as base-128 digits, low ones first, the high bit set on all but the last.
 */
export function readCharacterClasses(packed: Uint8Array): CharacterClasses {
  const classes = new Uint8Array(0x11_00_00);
  let at = 0;
  let point = 0;
  const next = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = packed[at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < packed.length) {
    point += next();
    const end = point + next();
    classes.fill(next(), point, end);
    point = end;
  }
  return classes;
}
