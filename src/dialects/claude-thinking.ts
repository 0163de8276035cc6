// Claude's own field `thinking`, which Messages and Converse carry alike.
// Source: https://docs.claude.com/en/docs/build-with-claude/extended-thinking
import type { Request } from "../canonical/request.js";
import type { Fields } from "./body-fields.js";
import type { Extra } from "./extra.js";

/** Reads `thinking` of a body; a kind that nobody knows is kept in `extra`. */
export function readThinking(body: Fields, extra: Extra): Request["reasoning"] {
  const thinking = body.fields("thinking");
  if (thinking === undefined) return undefined;
  const read = readKind(thinking);
  if (read === undefined) {
    thinking.keepWhole(extra);
    return undefined;
  }
  // Whoever asks for thinking elsewhere sees it: only hiding it needs a word.
  if (thinking.text("display") === "omitted") thinking.keep("display", extra);
  thinking.keepRest(extra);
  return read;
}

function readKind(thinking: Fields): Request["reasoning"] {
  switch (thinking.requiredText("type")) {
    case "enabled": {
      const budgetTokens = thinking.positive("budget_tokens");
      return budgetTokens === undefined ? { enabled: true } : { budgetTokens };
    }
    case "adaptive":
      return { enabled: true };
    case "disabled":
      return { enabled: false };
    default:
      return undefined;
  }
}
