// Step 5, attempt: the seam to whatever answers a call. Three things stand behind it: http/, local/ and simulator/.
// A transport moves bytes. It knows no dialect, sets no timer but the connect timer, and never retries.

/** One call to one endpoint, ready to be sent. */
export interface TransportRequest {
  readonly method: "GET" | "POST";
  /** Absolute URL. The scheme chooses the transport: `http:`, `https:`, `local:`, `simulator:`. */
  readonly url: string;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Milliseconds until a connection must stand. */
  readonly connectTimeoutMs: number;
}

/** Why a call could not be made or did not arrive whole. `sent` tells whether the upstream may have seen the request. */
export interface TransportFault {
  readonly kind: "connect" | "dns" | "tls" | "timeout-connect" | "reset" | "invalid" | "aborted";
  /** One sentence for people; never holds a secret. */
  readonly message: string;
  readonly sent: boolean;
}

/** Told, in this order: `onHead` once, `onData` any number of times, then `onEnd`; or `onFault` at any point, and nothing after it. */
export interface TransportHandler {
  onHead(status: number, headers: Readonly<Record<string, string>>): void;
  /** Returns false to pause the upstream; `TransportCall.resume` lets it flow again. */
  onData(bytes: Buffer): boolean;
  onEnd(): void;
  onFault(fault: TransportFault): void;
}

export interface TransportCall {
  resume(): void;
  /** Ends the upstream call at once. No handler function is called afterwards. */
  abort(): void;
}

export interface Transport {
  call(request: TransportRequest, handler: TransportHandler): TransportCall;
  /** Closes connections and child processes. */
  close(): Promise<void>;
}
