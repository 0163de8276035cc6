// How a client reaches a gateway: over HTTP, over the socket of a data folder, or in this very process. One shape for all.

export interface WireRequest {
  readonly method: "GET" | "POST";
  /** `/v1/chat/completions`, with the query where there is one. */
  readonly path: string;
  readonly body?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Ends when the answer does; leaving the loop early ends the call. */
  readonly body: AsyncIterable<Buffer>;
}

export interface Wire {
  /** Rejects with a TrunklineError (`upstream_connect`) where no gateway answers. */
  send(request: WireRequest): Promise<WireAnswer>;
}
