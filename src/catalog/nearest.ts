// "Did you mean": the ids closest to a name that means no model, by edit distance within a bound.
import type { CatalogModel } from "./model.js";

/** Characters of a name that are looked at; the rest of a longer one is ignored. */
const longestName = 200;
/** Edits beyond which an id is no suggestion any more. */
const mostEdits = 6;

interface Parts {
  readonly author: string;
  readonly slug: string;
}

interface Ranked {
  readonly id: string;
  readonly distance: number;
}

/** At most `count` ids, the closest first; of equally close ones the shorter first. */
export function nearestIds(models: readonly CatalogModel[], name: string, count: number): string[] {
  const wanted = partsOf(name.slice(0, longestName));
  // Short names get fewer edits, lest everything be close to them.
  const bound = Math.min(mostEdits, Math.ceil((wanted.author.length + wanted.slug.length) / 3));
  const ranked: Ranked[] = [];
  for (const { id } of models) {
    const distance = distanceTo(wanted, partsOf(id), bound);
    if (distance <= bound) ranked.push({ id, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || a.id.length - b.id.length);
  return ranked.slice(0, Math.max(0, count)).map(({ id }) => id);
}

/** Lower case without separators: `GPT_4o` and `gpt-4o` are the same. */
function partsOf(name: string): Parts {
  const slash = name.indexOf("/");
  const squeeze = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  return { author: squeeze(name.slice(0, Math.max(0, slash))), slug: squeeze(name.slice(slash + 1)) };
}

function distanceTo(wanted: Parts, id: Parts, bound: number): number {
  const byAuthor = wanted.author === "" ? 0 : editDistance(wanted.author, id.author, bound);
  if (byAuthor > bound) return byAuthor;
  const bySlug = editDistance(wanted.slug, id.slug, bound - byAuthor);
  // Half a name (`claude-sonnet`) is close to the whole one, though many letters are missing.
  const isPart = wanted.slug.length >= 4 && id.slug.includes(wanted.slug);
  return byAuthor + (isPart ? Math.min(bySlug, 2) : bySlug);
}

/**
 * Letters to insert, delete or replace to make one text the other; `bound + 1` for anything above the bound.
 * Only the band around the diagonal is computed: time grows with length × bound.
 */
export function editDistance(a: string, b: string, bound: number): number {
  const over = bound + 1;
  if (Math.abs(a.length - b.length) > bound) return over;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => Math.min(column, over));
  for (let row = 1; row <= a.length; row++) {
    const current = new Array<number>(b.length + 1).fill(over);
    if (row <= bound) current[0] = row;
    let least = current[0] ?? over;
    for (let column = Math.max(1, row - bound); column <= Math.min(b.length, row + bound); column++) {
      const replaced = (previous[column - 1] ?? over) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const best = Math.min(replaced, (previous[column] ?? over) + 1, (current[column - 1] ?? over) + 1, over);
      current[column] = best;
      least = Math.min(least, best);
    }
    if (least > bound) return over;
    previous = current;
  }
  return previous[b.length] ?? over;
}
