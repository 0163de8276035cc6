// A pattern as a tree. Everything in it looks at one character at a time, so that matching takes linear time.

/** Characters, as a class of JavaScript's `v` syntax: `[\p{L}\u{27}]`. */
export interface CharacterSet {
  readonly source: string;
  readonly ignoreCase: boolean;
}

/** Asks for the character before or after, without taking it. `atEdge`: what holds where the text begins or ends. */
export interface Look {
  readonly side: "before" | "after";
  readonly set: CharacterSet;
  readonly negated: boolean;
  readonly atEdge: boolean;
}

export type PatternNode =
  | { readonly kind: "set"; readonly set: CharacterSet }
  | { readonly kind: "look"; readonly look: Look }
  | { readonly kind: "sequence"; readonly items: readonly PatternNode[] }
  | { readonly kind: "choice"; readonly options: readonly PatternNode[] }
  | {
      readonly kind: "repeat";
      readonly item: PatternNode;
      readonly least: number;
      readonly most: number;
      readonly lazy: boolean;
    };

export const nothing: PatternNode = { kind: "sequence", items: [] };

export const one = (source: string, ignoreCase = false): PatternNode => ({
  kind: "set",
  set: { source, ignoreCase },
});

export const sequence = (...items: readonly PatternNode[]): PatternNode => ({ kind: "sequence", items });

export const choice = (...options: readonly PatternNode[]): PatternNode => ({ kind: "choice", options });

export function look(side: Look["side"], set: CharacterSet, holds: { negated: boolean; atEdge: boolean }): PatternNode {
  return { kind: "look", look: { side, set, ...holds } };
}
