// The three loads: a 1 KB chat, a stream of 100 chunks, a prompt of 200 KB.

const sentence = 'Summarise the notes below, keep the "exact" figures, and list what is still open.\n';
const text = (bytes) => sentence.repeat(Math.ceil(bytes / sentence.length)).slice(0, bytes);

function requestBody(promptBytes, extra) {
  const messages = [
    { role: "system", content: "You answer briefly and to the point." },
    { role: "user", content: text(promptBytes) },
  ];
  return JSON.stringify({ model: "stub/bench", messages, temperature: 0.2, max_tokens: 256, ...extra });
}

const streaming = { stream: true, stream_options: { include_usage: true } };

/** `tail` is what the last bytes of every answer's body must contain. */
export const loads = [
  { name: "chat", title: "Chat, 1 KB", body: requestBody(800), tail: "}" },
  { name: "stream", title: "Stream, 100 chunks", body: requestBody(800, streaming), tail: "data: [DONE]", frames: 102 },
  { name: "prompt", title: "Prompt, 200 KB", body: requestBody(200 * 1024), tail: "}" },
];
