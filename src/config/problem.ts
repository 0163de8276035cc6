// What is wrong with trunkline.yaml, where, and what was probably meant.
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import type { z } from "zod";

/** The configuration cannot be used. The message is ready for people: a line per problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface ParsedYaml {
  readonly value: unknown;
  /** `line:column` of a path, or of its nearest ancestor that is there. */
  locate(path: readonly PropertyKey[], key?: string): string;
}

/** @throws ConfigError where the text is no YAML. */
export function parseYaml(text: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true, uniqueKeys: true });
  const [first] = document.errors;
  if (first !== undefined) throw new ConfigError(`${file}: ${first.message.split("\n\n")[0]}`);
  return {
    value: plainValue(document, file) ?? {},
    locate(path, key) {
      const node = nodeAt(document, path, key);
      const offset = node?.range?.[0] ?? 0;
      const { line, col } = lines.linePos(offset);
      return `${line}:${col}`;
    },
  };
}

/** @throws ConfigError where an alias (`*name`) refers to nothing, or aliases of aliases multiply. */
function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new ConfigError(`${file}: ${cause instanceof Error ? cause.message : "its aliases cannot be resolved"}.`);
  }
}

function nodeAt(document: Document, path: readonly PropertyKey[], key?: string): Node | undefined {
  for (let length = path.length; length >= 0; length--) {
    const at = document.getIn(path.slice(0, length), true);
    const node: Node | undefined = isNode(at) ? at : length === 0 ? (document.contents ?? undefined) : undefined;
    if (node === undefined) continue;
    if (key !== undefined && isMap(node)) return keyNode(node, key) ?? node;
    return node;
  }
  return undefined;
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "range" in value;

function keyNode(map: YAMLMap, key: string): Node | undefined {
  for (const pair of map.items) if (isScalar(pair.key) && pair.key.value === key) return pair.key;
  return undefined;
}

type Issue = z.core.$ZodIssue;

/** One line per problem: `trunkline.yaml:3:5 providers.groq: …`. */
export function describeIssues(issues: readonly Issue[], yaml: ParsedYaml, file: string, knownKeys: KnownKeys): string {
  return issues.flatMap((issue) => describe(issue, yaml, file, knownKeys)).join("\n");
}

/** The keys that may stand at a path; undefined where any may. */
export type KnownKeys = (path: readonly PropertyKey[]) => readonly string[] | undefined;

function describe(issue: Issue, yaml: ParsedYaml, file: string, knownKeys: KnownKeys): readonly string[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const nearest = nearestWord(key, knownKeys(issue.path) ?? []);
      const hint = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
      const place = path === "" ? "at the top" : `under "${path}"`;
      return `${file}:${yaml.locate(issue.path, key)}: "${key}" is no setting ${place}.${hint}`;
    });
  }
  if (issue.code === "invalid_union") {
    const inner = issue.errors.flat().find((error) => error.code !== "invalid_type");
    if (inner !== undefined) return describe({ ...inner, path: [...issue.path, ...inner.path] }, yaml, file, knownKeys);
  }
  if (issue.code === "invalid_key") {
    // The place is the key's own, and so is the reason: "Invalid key in record" helps nobody.
    const at = yaml.locate(issue.path.slice(0, -1), String(issue.path.at(-1)));
    return issue.issues.map((inner) => `${file}:${at}: "${path}": ${inner.message}.`);
  }
  return [`${file}:${yaml.locate(issue.path)}: ${path === "" ? "the file" : `"${path}"`}: ${issue.message}.`];
}

/** The word nearest to a mistyped one, at most two edits away (three for words over eight letters). */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = word.length > 8 ? 4 : 3;
  for (const candidate of words) {
    const distance = editDistance(word.slice(0, 64).toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
