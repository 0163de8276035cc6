// How byte-level vocabularies of GGUF files cut a text, by the name that the file gives (`tokenizer.ggml.pre`). The
// patterns are those of the models' own tokenizer files, as llama.cpp applies them: one after the other.
import { gpt2Pattern } from "../huggingface/pre-tokenizers.js";

export interface PreTokenizerRow {
  readonly patterns: readonly string[];
  /** A piece that is a token as a whole stays whole. */
  readonly ignoreMerges?: true;
  /** A token for the beginning is put in front where the file does not say. */
  readonly addsBeginning?: true;
}

const contraction = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const spaces = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** The pattern of GPT-4 and Llama 3, which differ in how many digits go together. */
const words = (digits: string) =>
  `${contraction}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${spaces}`;

/** The pattern of GPT-4o: capitals begin a word. What is no ASCII letter counts as small and as capital. */
const capitals = (ending: string, digits: string) => {
  const [upper, lower] = ["(?:(?=\\p{L})[^a-z])", "(?:(?=\\p{L})[^A-Z])"];
  const front = "[^\\r\\n\\p{L}\\p{N}]?";
  const alternatives = [`${front}${upper}*${lower}+${ending}`, `${front}${upper}+${lower}*${ending}`];
  return `${alternatives.join("|")}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${spaces}`;
};

const signs = "[\\p{P}\\$\\+<=>\\^~\\|";
const bloom = " ?[^(\\s|.,!?…。，、।۔،)]+";
/** Without the spaces in that range, as llama.cpp has it. */
const chinese = "[一-龥\\u0800-一가-\\ud7ff&&[^\\s]]+";

/** Letters that have a capital and a small form, as DeepSeek LLM lists them. */
const casedLetters = [
  "A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af\u0370-\u0373",
  "\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f",
  "\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77",
  "\u1d79-\u1d9a\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d",
  "\u1f5f-\u1f7d\u1f80-\u1fb4\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb",
  "\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128",
  "\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4",
  "\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf",
  "\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\u{10400}-\u{1044f}\u{104b0}-\u{104d3}",
  "\u{104d8}-\u{104fb}\u{10c80}-\u{10cb2}\u{10cc0}-\u{10cf2}\u{118a0}-\u{118df}\u{1e900}-\u{1e943}",
].join("");

const gpt2: PreTokenizerRow = { patterns: [gpt2Pattern] };
const digitsThenGpt2: PreTokenizerRow = { patterns: ["\\p{N}", gpt2Pattern] };
const qwen2: PreTokenizerRow = { patterns: [words("\\p{N}")] };
const gpt4: PreTokenizerRow = { patterns: [words("\\p{N}{1,3}")] };
const llama3: PreTokenizerRow = { ...gpt4, ignoreMerges: true, addsBeginning: true };
const gpt4o: PreTokenizerRow = { patterns: [capitals(`${contraction}?`, "\\p{N}{1,3}")] };
const deepseekV3: PreTokenizerRow = {
  patterns: [
    "\\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+" +
      `| ?[\\p{P}\\p{S}]+[\\r\\n]*|${spaces}`,
  ],
};
const bailing: PreTokenizerRow = {
  patterns: [
    "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*" +
      "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  ],
};

const rows: readonly (readonly [names: string, PreTokenizerRow])[] = [
  ["default", { patterns: [`${signs}]+`, gpt2Pattern, "\\p{N}+", "[0-9][0-9][0-9]"] }],
  ["gpt-2 phi-2 mpt olmo jais trillion granite-docling gigachat a.x-4.0 mellum modern-bert exaone4", gpt2],
  ["jina-es jina-de jina-v2-es jina-v2-de jina-v1-en jina-v2-code roberta-bpe", gpt2],
  ["smollm starcoder refact command-r codeshell exaone minerva-7b", digitsThenGpt2],
  ["llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2", llama3],
  ["dbrx smaug-bpe glm4 chatglm-bpe", gpt4],
  ["qwen2 deepseek-r1-qwen stablelm2 hunyuan megrez kormo grok-2 solar-open", qwen2],
  [
    "qwen35",
    {
      patterns: [
        `${contraction}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${spaces}`,
      ],
    },
  ],
  ["gpt-4o llama4 kanana2 minimax-m2", gpt4o],
  ["tekken", { patterns: [capitals("", "\\p{N}")], ignoreMerges: true, addsBeginning: true }],
  ["deepseek-v3 hunyuan-dense joyai-llm", deepseekV3],
  [
    "deepseek-llm",
    {
      patterns: [
        "[\\r\\n]",
        `\\s?[${casedLetters}]+`,
        "\\s?[!-/:-~！-／：-～‘-‟\\u3001-。]+",
        "\\s+$",
        chinese,
        "\\p{N}+",
      ],
    },
  ],
  ["deepseek-coder", { patterns: ["[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", chinese, "\\p{N}"] }],
  ["falcon", { patterns: [`${signs}\`]+`, gpt2Pattern, "[0-9][0-9][0-9]"] }],
  ["bloom poro-chat gpt3-finnish", { patterns: [bloom] }],
  ["viking", { patterns: [bloom, "\\p{N}"] }],
  ["bailingmoe bailingmoe2 llada-moe", bailing],
  [
    "seed-coder",
    {
      patterns: [`${contraction}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${spaces}`],
    },
  ],
];

/** By name, as the file gives it. */
export const preTokenizerRows: ReadonlyMap<string, PreTokenizerRow> = new Map(
  rows.flatMap(([names, row]) => names.split(" ").map((name) => [name, row])),
);
