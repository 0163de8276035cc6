// What a gateway says when it is ready: the base URL, a curl, and the lines of Python and TypeScript, to paste as they are.

export interface UsageFacts {
  /** `http://127.0.0.1:4100` */
  readonly url: string;
  /** One that answers now. */
  readonly model: string;
  /** Sent as the API key: any word on an open gateway. */
  readonly key: string;
}

export function usageText({ url, model, key }: UsageFacts): string {
  return `Trunkline is ready. Point any OpenAI SDK at it and name a model as provider/model-name.

  Base URL   ${url}/v1        (OpenRouter's clients: ${url}/api/v1)

curl
  curl ${url}/v1/chat/completions -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" \\
    -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'

Python (pip install openai)
  from openai import OpenAI
  client = OpenAI(base_url="${url}/v1", api_key="${key}")
  answer = client.chat.completions.create(
      model="${model}",
      messages=[{"role": "user", "content": "Hello!"}])
  print(answer.choices[0].message.content)

TypeScript (npm install openai)
  import OpenAI from "openai";
  const client = new OpenAI({ baseURL: "${url}/v1", apiKey: "${key}" });
  const answer = await client.chat.completions.create({
    model: "${model}",
    messages: [{ role: "user", content: "Hello!" }] });
  console.log(answer.choices[0].message.content);
`;
}
