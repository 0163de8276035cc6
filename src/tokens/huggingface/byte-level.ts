// GPT-2's way to write bytes as visible characters, which byte-level vocabularies are spelled in: a space is `Ġ`.
// https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode)

const isVisible = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;

/** By byte: the code of its character. */
export const byteCharacters: Uint16Array = (() => {
  let hidden = 0;
  return Uint16Array.from({ length: 256 }, (_, byte) => (isVisible(byte) ? byte : 256 + hidden++));
})();

const byteByCharacter = new Map(Array.from(byteCharacters, (code, byte) => [code, byte]));

const encoder = new TextEncoder();

/** The text's bytes as characters. */
export function toByteCharacters(text: string): string {
  if (/^[!-~]*$/.test(text)) return text;
  const bytes = encoder.encode(text);
  const units = Uint16Array.from(bytes, (byte) => byteCharacters[byte] ?? 0);
  let spelled = "";
  for (let at = 0; at < units.length; at += 8192) spelled += String.fromCharCode(...units.subarray(at, at + 8192));
  return spelled;
}

/** The bytes that a token is spelled with; where a character stands for none, the token's own UTF-8. */
export function fromByteCharacters(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let at = 0; at < token.length; at++) {
    const byte = byteByCharacter.get(token.charCodeAt(at));
    if (byte === undefined) return encoder.encode(token);
    bytes[at] = byte;
  }
  return bytes;
}
