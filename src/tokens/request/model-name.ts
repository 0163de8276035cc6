// The name that a model has everywhere, out of the ids that catalogues and providers give it.

/** Before the name on Bedrock: a region, then the author. */
const bedrockAuthor = /^(?:(?:global|us|us-gov|eu|apac|jp|au|ca)\.)?([a-z0-9]+)\.(?=[a-z])/;
const bedrockAuthors = new Set(
  "ai21 amazon anthropic cohere deepseek google meta minimax mistral moonshot moonshotai nvidia openai qwen writer zai".split(
    " ",
  ),
);

/**
 * `anthropic/claude-haiku-4.5`, `us.anthropic.claude-haiku-4-5-20251001-v1:0`, `models/gemini-2.5-flash`,
 * `google/gemini-2.0-flash:free`, `ft:gpt-4o:team::x` → `claude-haiku-4.5`, `claude-haiku-4-5-20251001-v1`, `gemini-2.5-flash`, `gemini-2.0-flash`, `gpt-4o`.
 */
export function modelName(modelId: string): string {
  const last = modelId
    .slice(modelId.lastIndexOf("/") + 1)
    .toLowerCase()
    .replace(/^ft:/, "");
  const author = bedrockAuthor.exec(last);
  const name = author !== null && bedrockAuthors.has(author[1] ?? "") ? last.slice(author[0].length) : last;
  return name.split(":", 1)[0] ?? name;
}
