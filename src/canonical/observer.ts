// What the core tells whoever watches it. Never a prompt, an answer or a secret: the types leave no room for one.

export type Observation =
  | { readonly type: "refused"; readonly status: number; readonly code: string; readonly path: string }
  | {
      readonly type: "settled";
      readonly id: string;
      readonly provider: string | undefined;
      readonly model: string;
      readonly ending: string;
      readonly status: number;
      readonly totalMs: number;
    }
  | { readonly type: "trouble"; readonly where: string; readonly sentence: string };

export type Observer = (observation: Observation) => void;
