import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { estimateMeter, estimateText } from "./estimate-text.js";
import { type FamilyName, families } from "./families.js";
import { readingStates } from "./reading-states.js";
import type { TextKind } from "./text-kind.js";
import { heldOutErrors, statesSum } from "./weights.js";

interface Example {
  readonly kind: TextKind;
  readonly text: string;
  /** Counted without special tokens: Claude's by ctok 1.3, the others by their published tokenizers. */
  readonly tokens: Readonly<Partial<Record<FamilyName, number>>>;
}

const examples: readonly Example[] = [
  {
    kind: "english",
    text: "The gateway sits between your program and the companies that serve language models. It counts what a request will cost before it leaves, holds that much of the budget, and settles the rest when the answer is complete. If one provider is slow or fails, the next one in the list is asked, and the ledger says which of them really answered. Nothing is repeated after the first word has reached the reader.",
    tokens: {
      gemini: 81,
      command: 81,
      "llama-3": 81,
      "llama-4": 82,
      "llama-2": 84,
      mistral: 83,
      qwen: 81,
      deepseek: 81,
      glm: 81,
      kimi: 81,
      claude: 83,
      "claude-4.7": 110,
    },
  },
  {
    kind: "latin",
    text: "Als der Zug endlich in Freiburg hielt, regnete es so stark, dass man die Berge nicht mehr sehen konnte. Wir gingen trotzdem zu Fuß zum Hotel, weil der Bus erst in vierzig Minuten gefahren wäre. Später, beim Frühstück, erzählte uns der Besitzer, dass seine Großmutter das Haus vor achtzig Jahren selbst gebaut habe, mit nichts als einer Säge und sehr viel Geduld.",
    tokens: {
      gemini: 84,
      command: 83,
      "llama-3": 98,
      "llama-4": 83,
      "llama-2": 101,
      mistral: 82,
      qwen: 96,
      deepseek: 95,
      glm: 90,
      kimi: 113,
      claude: 128,
      "claude-4.7": 175,
    },
  },
  {
    kind: "code",
    text: 'export function percentile(values: readonly number[], share: number): number {\n  if (values.length === 0) throw new RangeError("no values");\n  const sorted = [...values].sort((a, b) => a - b);\n  const index = Math.min(sorted.length - 1, Math.floor(share * sorted.length));\n  return sorted[index] ?? Number.NaN;\n}\n\nfor (const [name, values] of Object.entries(samples)) {\n  // Skip what is too short to say anything.\n  if (values.length < 20) continue;\n  console.log(name, "takes", percentile(values, 0.95).toFixed(1), "ms");\n}\n',
    tokens: {
      gemini: 167,
      command: 161,
      "llama-3": 139,
      "llama-4": 142,
      "llama-2": 175,
      mistral: 147,
      qwen: 141,
      deepseek: 145,
      glm: 139,
      kimi: 142,
      claude: 170,
      "claude-4.7": 205,
    },
  },
  {
    kind: "markup",
    text: '{\n  "id": "order-20931",\n  "customer": { "name": "Ada Lovelace", "email": "ada@example.com", "since": 1843 },\n  "items": [\n    { "sku": "TEA-001", "title": "Green tea", "quantity": 2, "price": 7.5 },\n    { "sku": "CUP-114", "title": "Blue cup", "quantity": 1, "price": 12.25 }\n  ],\n  "shipping": { "country": "NO", "express": false, "notes": null },\n  "total": 27.25\n}',
    tokens: {
      gemini: 163,
      command: 155,
      "llama-3": 142,
      "llama-4": 142,
      "llama-2": 167,
      mistral: 156,
      qwen: 155,
      deepseek: 144,
      glm: 142,
      kimi: 143,
      claude: 159,
      "claude-4.7": 179,
    },
  },
  {
    kind: "numbers",
    text: "2026-01-04,18.25,1013.2,0.0,271\n2026-01-05,17.90,1009.8,2.4,265\n2026-01-06,16.05,1002.1,11.7,198\n2026-01-07,15.40,998.6,23.9,181\n2026-01-08,16.75,1004.4,5.2,220\n2026-01-09,18.60,1011.0,0.0,264\n2026-01-10,19.15,1015.7,0.0,289\n2026-01-11,19.80,1016.3,0.0,301\n",
    tokens: {
      gemini: 257,
      command: 257,
      "llama-3": 175,
      "llama-4": 175,
      "llama-2": 258,
      mistral: 257,
      qwen: 257,
      deepseek: 175,
      glm: 179,
      kimi: 175,
      claude: 175,
      "claude-4.7": 174,
    },
  },
  {
    kind: "cjk",
    text: "会議は明日の午後三時から始まります。資料は昨日メールで送りましたので、先に目を通しておいてください。我们已经把合同的第二版发给了对方，希望他们在周五之前答复。如果有任何问题，请随时打电话给我。회의가 끝난 뒤에는 모두 함께 저녁을 먹으러 갈 예정입니다. 시간이 되시면 꼭 오세요.",
    tokens: {
      gemini: 79,
      command: 83,
      "llama-3": 93,
      "llama-4": 79,
      "llama-2": 193,
      mistral: 96,
      qwen: 92,
      deepseek: 90,
      glm: 96,
      kimi: 102,
      claude: 144,
      "claude-4.7": 143,
    },
  },
  {
    kind: "scripts",
    text: "Вчера вечером мы долго говорили о том, как изменился город за последние двадцать лет. Старый рынок закрыли, а на его месте построили библиотеку с большими окнами. Το καλοκαίρι πηγαίνουμε πάντα στο ίδιο χωριό, γιατί η θάλασσα εκεί είναι ήσυχη. في الصباح نشرب القهوة على الشرفة ونقرأ الأخبار. बच्चे शाम को मैदान में क्रिकेट खेलते हैं।",
    tokens: {
      gemini: 95,
      command: 103,
      "llama-3": 119,
      "llama-4": 94,
      "llama-2": 219,
      mistral: 101,
      qwen: 182,
      deepseek: 127,
      glm: 132,
      kimi: 153,
      claude: 182,
      "claude-4.7": 182,
    },
  },
  {
    kind: "symbols",
    text: "Great work, team! 🎉🎉🎉 The release is out 🚀 and nothing broke 🙏😅 Coffee ☕ and cake 🍰 at four? → kitchen ✓ ┌───────┬──────┐ │ build │ 4 ms │ └───────┴──────┘ 👍👍🏽 see you there 👋🌍❤️",
    tokens: {
      gemini: 62,
      command: 84,
      "llama-3": 85,
      "llama-4": 71,
      "llama-2": 112,
      mistral: 101,
      qwen: 74,
      deepseek: 81,
      glm: 90,
      kimi: 85,
      claude: 110,
      "claude-4.7": 122,
    },
  },
  {
    kind: "opaque",
    text: "sha256-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\nsha256-60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752\nkey_Zk3vQ81pLw0xRj7TnB5sYc2HdEa9Gm\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v\n",
    tokens: {
      gemini: 198,
      command: 190,
      "llama-3": 161,
      "llama-4": 153,
      "llama-2": 212,
      mistral: 206,
      qwen: 205,
      deepseek: 157,
      glm: 173,
      kimi: 151,
      claude: 173,
      "claude-4.7": 187,
    },
  },
];

const allFamilies = Object.keys(families).filter((name): name is FamilyName => name in families);
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Each example with each family that counted it. */
const pairs = examples.flatMap(({ kind, text, tokens }) =>
  allFamilies.flatMap((family) => {
    const truth = tokens[family];
    return truth === undefined ? [] : [{ kind, text, family, truth }];
  }),
);
const errorOf = ({ text, family, truth }: (typeof pairs)[number]) =>
  Math.abs(estimateText(text, family).tokens / truth - 1) * 100;

describe("an estimate", () => {
  test("is near what the tokenizers count, for every kind of text and every family", () => {
    expect(pairs).toHaveLength(108);
    const far = pairs.filter((pair) => errorOf(pair) > 25).map(({ kind, family }) => `${kind} ${family}`);
    expect(far).toEqual([]);
    expect(median(pairs.map(errorOf))).toBeLessThan(6);
  });

  test("is told from its bound: nearly all examples stay below it", () => {
    const above = pairs.filter(({ text, family, truth }) => estimateText(text, family).atMost < truth);
    expect(above.length).toBeLessThanOrEqual(2);
    for (const { text, family } of pairs) {
      const { tokens, atMost } = estimateText(text, family);
      expect(atMost).toBeGreaterThan(tokens);
      expect(atMost).toBeLessThan(tokens * 2.2);
    }
  });

  test("knows most examples' kind", () => {
    const told = examples.filter(({ kind, text }) => estimateText(text, "llama-3").kind === kind);
    expect(told.length).toBeGreaterThanOrEqual(7);
  });

  test("is whole, at least one for any text, and none for the empty one", () => {
    for (const family of allFamilies) {
      expect(estimateText("", family)).toMatchObject({ tokens: 0, atMost: 0 });
      for (const text of [" ", "a", "\n", "\u0000", "\ud800", "\udc00", "中", "🙂", "\u{10ffff}"]) {
        const { tokens, atMost } = estimateText(text, family);
        expect(Number.isInteger(tokens) && Number.isInteger(atMost) && tokens >= 1 && atMost > tokens).toBe(true);
      }
    }
  });

  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.array(fc.constantFrom(...examples.map(({ text }) => text)), { maxLength: 3 }).map((texts) => texts.join("\n")),
  );

  test("never falls when a text grows, and two parts cost about what they cost together", () => {
    fc.assert(
      fc.property(anyText, anyText, fc.constantFrom(...allFamilies), (first, second, family) => {
        const whole = estimateText(first + second, family).tokens;
        const [a, b] = [estimateText(first, family).tokens, estimateText(second, family).tokens];
        expect(whole).toBeGreaterThanOrEqual(a);
        expect(Math.abs(whole - a - b)).toBeLessThanOrEqual(12);
      }),
    );
  });

  test("of a long text in pieces is that of the whole, but for a few tokens a cut", () => {
    const text = examples
      .map((example) => example.text)
      .join("\n\n")
      .repeat(40);
    let sum = 0;
    for (let at = 0; at < text.length; at += 8_192) sum += estimateText(text.slice(at, at + 8_192), "claude").tokens;
    expect(Math.abs(sum - estimateText(text, "claude").tokens)).toBeLessThan(Math.ceil(text.length / 8_192) * 3);
  });

  test("takes no longer per character for hostile text than for prose", () => {
    const units = 300_000;
    const prose = (examples[0]?.text ?? "").repeat(units / 400).slice(0, units);
    const timeOf = (text: string) => {
      const times = [0, 0, 0, 0, 0].map(() => {
        const start = performance.now();
        estimateText(text, "gemini");
        return performance.now() - start;
      });
      return Math.min(...times);
    };
    timeOf(prose);
    const proseMs = timeOf(prose);
    for (const piece of ["a", "A", " ", "\n", "7", "=", "é", "中", "🙂", "\ud800", "\u0000", "aA", "{[", "\u0301"]) {
      const text = piece.repeat(units / piece.length);
      expect(timeOf(text), JSON.stringify(piece)).toBeLessThan(proseMs * 4 + 10);
    }
  });
});

describe("the meter of a family", () => {
  test("is the same at every call, and says how far it may be off", () => {
    for (const family of allFamilies) {
      const meter = estimateMeter(family);
      expect(estimateMeter(family)).toBe(meter);
      expect(meter).toMatchObject({ method: "estimated", name: family });
      expect(meter.errorPercent).toBeGreaterThanOrEqual(9);
      expect(meter.errorPercent).toBeLessThanOrEqual(60);
    }
  });

  test("counts, bounds and measures alike", () => {
    const meter = estimateMeter("claude");
    for (const { text } of examples)
      expect(meter.measure?.(text)).toMatchObject({ tokens: meter.count(text), atMost: meter.atMost(text) });
  });

  test("doubts the families that have no tokenizer of their own more than those they are taken for", () => {
    expect(estimateMeter("grok").errorPercent).toBeGreaterThan(estimateMeter("openai").errorPercent);
    expect(estimateMeter("unknown").errorPercent).toBeGreaterThan(30);
  });
});

describe("the weights", () => {
  test("are those of the states that there are", () => {
    let sum = 0;
    for (const letter of readingStates().names.join()) sum = (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0;
    expect(sum).toBe(statesSum);
  });

  test("are within five per cent for Claude and Gemini, and within fifteen for 95 of 100 texts", () => {
    for (const weights of ["claude", "claude-4.7", "gemma-3"] as const) {
      const [half, p95] = heldOutErrors[weights].all;
      expect(half).toBeLessThanOrEqual(5);
      expect(p95).toBeLessThanOrEqual(15);
    }
  });
});
