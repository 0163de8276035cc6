// Texts on which our ids are held against tiktoken's: prose, code, 20 scripts, emoji, random and adversarial ones. The same at each run.

/** A small generator of numbers in [0, 1): the corpus must not change from run to run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const prose = [
  "The quick brown fox jumps over the lazy dog, and nobody asked why it had to be a fox.",
  "hamburger",
  "It's 7 o'clock; we'll've gone by then, wouldn't you say? THEY'LL SHOUT: I'M HERE, YOU'RE THERE.",
  "A token is about three quarters of an English word.\n\nSo 100 tokens are about 75 words.\r\n",
  "Dr. Müller (born 1952) paid €1,234.56 on 2024-02-29 at 11:59 p.m. - no, £99.",
  "'sup 'tis 'llama 'REALLY 'ſ I'ſ don'ſ",
  "camelCaseWordsAndSNAKE_CASE_WORDS HTTPServerXMLParser iPhone eBay McDonald's",
  "   leading and trailing   ",
  "\tTabs\tand\u00a0no-break\u2003spaces\u3000everywhere \u2028line\u2029paragraph\u0085next",
];

const code = [
  'function add(a, b) {\n  return a + b; // sum\n}\n\nconsole.log(add(1, 2), "x".repeat(3));\n',
  "def f(x):\n    if x > 1_000:\n        return [i ** 2 for i in range(x) if i % 2 == 0]\n    return None\n",
  '#include <stdio.h>\nint main(void) { printf("%d\\n", 0x7fffffff); return 0; }\r\n',
  '{"a":[1,2.5e-10,null,true,{"b":"\\u00e9\\n"}],"long_key_name":"value","url":"https://example.com/a?b=c&d=e#f"}',
  "<div class=\"row\"><p style='color:#fff'>Text &amp; more</p></div>\n<!-- comment -->",
  "SELECT id, COUNT(*) FROM t WHERE x LIKE '%a_b%' GROUP BY 1 HAVING COUNT(*) > 10;",
  "        if (((a && b) || !c) ?? d) { e?.f?.[0] = g!; }\n\n\n\n    // end",
  "| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nnpm ci && npm test\n```\n",
];

const scripts = [
  "Η γρήγορη καφέ αλεπού πηδάει πάνω από το τεμπέλικο σκυλί.",
  "Съешь же ещё этих мягких французских булок, да выпей чаю. ПРИВЕТ",
  "敏捷的棕色狐狸跳过了懒狗。今天天气很好，我们去公园散步吧！",
  "いろはにほへと ちりぬるを わかよたれそ つねならむ。カタカナとﾊﾝｶｸ",
  "다람쥐 헌 쳇바퀴에 타고파. 한국어 문장입니다.",
  "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر",
  "דג סקרן שט בים מאוכזב ולפתע מצא חברה",
  "ऋषियों को सताने वाले दुष्ट राक्षसों के राजा रावण का सर्वनाश",
  "আমি বাংলায় গান গাই, আমি বাংলার গান গাই",
  "யாமறிந்த மொழிகளிலே தமிழ்மொழி போல் இனிதாவது எங்கும் காணோம்",
  "เป็นมนุษย์สุดประเสริฐเลิศคุณค่า กว่าบรรดาฝูงสัตว์เดรัจฉาน",
  "ყველა ადამიანი იბადება თავისუფალი და თანასწორი",
  "Բոլոր մարդիկ ծնվում են ազատ ու հավասար",
  "የሰው ልጅ ሁሉ ሲወለድ ነጻና በክብርና በመብትም እኩልነት ያለው ነው",
  "ມະນຸດທຸກຄົນເກີດມາມີກຽດສັກສີ",
  "មនុស្សទាំងអស់ កើតមកមានសេរីភាព",
  "လူတိုင်းသည် တူညီ လွတ်လပ်သော",
  "སྐྱེ་བོ་ཐམས་ཅད་ལ་རང་དབང་ཡོད།",
  "ਸਾਰਾ ਮਨੁੱਖੀ ਪਰਿਵਾਰ ਆਪਣੀ ਮਹਿਮਾ",
  "Tiếng Việt có nhiều dấu: ằ ẵ ặ ế ể ễ; Ǆ ǅ ǆ ʰ ª º",
  "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ ꮳꮃꭹ ᚠᛇᚻ 𐌰𐌱𐌲 𝓗𝓮𝓵𝓵𝓸 ⅷ ½ ٣ ๓ 九 ①",
];

const emoji = [
  "😀😃😄",
  "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪🇫🇷",
  "❤️🔥✅❌ ★☆♠♥",
  "e\u0301 a\u0308o\u0302 \u0301\u0301x A\u0301B C\u0327D \u0301'S",
];

const odd = [
  "",
  " ",
  "\n",
  "\0",
  "a\0b\u0001\u001f\u007f\u0080\u00ad\ufeff\ufffd\uffff",
  "<|endoftext|> <|im_start|>user<|im_end|> <|fim_prefix|> <|start|>",
  "\ud800 lone \udc00 surrogates \ud83d",
  "\u{10ffff}\u{e0100}\u{1f3fb}\u{323b0}",
  "中A 中文ABC ABC中文abc ǅabc ǅA aǅ ʰABC ABCʰdef",
  "\r\n\r\n \r \n  \r\n\t\n x\n /path/ //\n/ !!!\n\n/",
];

const alphabets = [
  "abcdefghijklmnopqrstuvwxyz",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "0123456789",
  " \n\r\t\u00a0\u3000",
  "!?.,;:'\"-_/\\()[]{}<>|@#$%^&*+=~`",
  "aA1 .\n'sS/",
  "ab",
  "aA中\u0301ǅʰ ",
  "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生",
  "😀🎉👍🏽❤\ufe0f\u200d🤖",
];

const pick = <Item>(roll: () => number, items: readonly [Item, ...Item[]] | readonly Item[]): Item | undefined =>
  items[Math.floor(roll() * items.length)];

function randomText(roll: () => number, alphabet: string, length: number): string {
  const characters = [...alphabet];
  let text = "";
  for (let at = 0; at < length; at++) text += pick(roll, characters) ?? "";
  return text;
}

/** Any code points, of those that are written and those that nobody has written yet; halves of pairs among them. */
function randomPoints(roll: () => number, length: number): string {
  const limits = [0x80, 0x250, 0x3000, 0x1_0000, 0x11_0000];
  let text = "";
  for (let at = 0; at < length; at++) text += String.fromCodePoint(Math.floor(roll() * (pick(roll, limits) ?? 0x80)));
  return text;
}

/** Pieces of all the texts, put together anew. */
function mixture(roll: () => number, all: readonly string[]): string {
  let text = "";
  for (let parts = 1 + Math.floor(roll() * 5); parts > 0; parts--) {
    const source = pick(roll, all) ?? "";
    const from = Math.floor(roll() * source.length);
    text += source.slice(from, from + Math.floor(roll() * 40)) + (pick(roll, ["", " ", "\n", "'s", "  "]) ?? "");
  }
  return text;
}

function repeated(): readonly string[] {
  const units = [
    "a",
    " ",
    "\n",
    "!",
    "0",
    "ab",
    "abc",
    "aA",
    "中",
    "😀",
    "\u0301",
    "=-",
    " a",
    "a ",
    "\r\n",
    "é",
    "the ",
    "x'",
  ];
  return units.flatMap((unit) => [2, 3, 7, 16, 33, 64, 129, 500, 2_000].map((count) => unit.repeat(count)));
}

/** At least `count` texts, the fixed ones first. */
export function corpus(count: number): readonly string[] {
  const roll = dice(20_241_124);
  const fixed = [...prose, ...code, ...scripts, ...emoji, ...odd];
  const texts = [...fixed, ...repeated()];
  while (texts.length < count) {
    const kind = roll();
    if (kind < 0.4) texts.push(mixture(roll, fixed));
    else if (kind < 0.85) texts.push(randomText(roll, pick(roll, alphabets) ?? "a", Math.floor(roll() ** 3 * 400)));
    else texts.push(randomPoints(roll, Math.floor(roll() * 60)));
  }
  return texts;
}
