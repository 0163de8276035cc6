// Which row of rules a model has, by its name.
import { modelName } from "./model-name.js";
import type { RequestRules } from "./rules.js";
import { claudeGenerations } from "./rules-claude.js";
import { gemini, gemini3 } from "./rules-gemini.js";
import {
  computerUse,
  gpt4,
  gpt4o,
  gpt4oMini,
  gpt5,
  gpt5Mini,
  gpt5Nano,
  gpt41Mini,
  gpt41Nano,
  gpt52,
  gpt54,
  gpt54Nano,
  gpt55,
  gpt56,
  gptOss,
  o4Mini,
  oSeries,
} from "./rules-openai.js";
import {
  anyModel,
  cohere,
  cohereAPlus,
  cohereR,
  cohereR7b,
  cohereReasoning,
  deepseek,
  deepseek4,
  grok,
  llama3,
  llama4,
  llama31,
  mistral,
  mistralSmall,
  nova,
  qwen,
  sonar,
} from "./rules-others.js";

/** The first that fits. */
const rows: readonly (readonly [RegExp, RequestRules])[] = [
  [/^gpt-oss/, gptOss],
  [/^gpt-4o-mini/, gpt4oMini],
  [/^gpt-4\.1-mini/, gpt41Mini],
  [/^gpt-4\.1-nano/, gpt41Nano],
  [/^(gpt-4o|gpt-4\.[15]|chatgpt-4o)/, gpt4o],
  [/^gpt-(4|3\.5)/, gpt4],
  [/^computer-use/, computerUse],
  [/^gpt-5-mini/, gpt5Mini],
  [/^gpt-5-nano/, gpt5Nano],
  [/^gpt-5\.\d+-mini/, gpt5Mini],
  [/^gpt-5\.\d+-nano/, gpt54Nano],
  [/^gpt-5(\.1)?(-chat|-pro|-20|$)/, gpt5],
  [/^gpt-5(\.[123])?-|^gpt-5\.[123]$|^codex/, gpt52],
  [/^gpt-5\.4/, gpt54],
  [/^gpt-5\.5/, gpt55],
  [/^gpt-5$/, gpt5],
  [/^(gpt-[5-9]|chatgpt)/, gpt56],
  [/^o4-mini/, o4Mini],
  [/^o\d/, oSeries],
  ...claudeGenerations,
  [/^gemini-([3-9]|\d\d)/, gemini3],
  [/^(gemini|gemma|learnlm)/, gemini],
  [/^(mistral-small|mistral-tiny|magistral-small)/, mistralSmall],
  [/^(mistral|mixtral|pixtral|ministral|magistral|codestral|devstral|voxtral|open-mi)/, mistral],
  [/^command-a-reasoning/, cohereReasoning],
  [/^command-r7b/, cohereR7b],
  [/^command-a-plus/, cohereAPlus],
  [/^command-a/, cohere],
  [/^(command|c4ai)/, cohereR],
  [/^(meta-)?llama-?4/, llama4],
  [/^(meta-)?llama-?3[.-][1-9](?!b)/, llama31],
  [/^(meta-)?llama/, llama3],
  [/^(qwen|qwq|qvq)/, qwen],
  [/^deepseek-v[4-9]/, deepseek4],
  [/^deepseek/, deepseek],
  [/^grok/, grok],
  [/^(sonar|pplx)/, sonar],
  [/^(nova|titan)/, nova],
];

const remembered = new Map<string, RequestRules>();
const mostRemembered = 1_000;

/** The rules of a model by any id of it: a catalogue's, a provider's own. Unknown ones get the general row. */
export function rulesFor(modelId: string): RequestRules {
  const known = remembered.get(modelId);
  if (known !== undefined) return known;
  const name = modelName(modelId);
  const found = rows.find(([pattern]) => pattern.test(name))?.[1] ?? anyModel;
  const rules = modelId.endsWith(":thinking") ? alwaysThinking(found) : found;
  // Names come from clients: a full memory is emptied rather than let grow.
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(modelId, rules);
  return rules;
}

/** OpenRouter's variant `:thinking` turns reasoning on without a word in the request. */
function alwaysThinking(rules: RequestRules): RequestRules {
  const { hidden } = rules.reasoning;
  if (hidden === undefined) return rules;
  return { ...rules, reasoning: { ...rules.reasoning, hidden: { ...hidden, when: "unless-off" } } };
}
