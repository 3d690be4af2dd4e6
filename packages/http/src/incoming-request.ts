/** What a request is made of. */
export interface RequestParts {
  /** Absolute and normalised. */
  readonly url: string;
  /** In upper case where it is a standard one. */
  readonly method: string;
  /** Names and values in turn, as they arrived; repeated names stay repeated. */
  readonly rawHeaders: readonly string[];
  /** May be a view on shared memory; whoever reads the body as a stream gets it as it is. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly signal: () => AbortSignal;
}

/**
 * Creates a `Request` that makes its headers, signal and body stream when they are asked for.
 *
 * Node's own class builds a stream and an abort signal for every request, which cost more than all else that the
 * bridge does. This one is an instance of `Request` with every member of it; only Node's constructor cannot take it
 * apart, so `new Request(request)` and `fetch(request)` throw a TypeError. `request.clone()` is Node's own and works.
 *
 * @throws {TypeError} On access to `headers`, for a field that is none.
 * @see [Fetch](https://fetch.spec.whatwg.org/#request-class) - the Request class
 */
export function createIncomingRequest(parts: RequestParts): Request {
  return new IncomingRequest(parts);
}

class IncomingRequest implements Request {
  readonly #parts: RequestParts;
  #headers: Headers | undefined;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #taken = false;

  constructor(parts: RequestParts) {
    this.#parts = parts;
  }

  get url(): string {
    return this.#parts.url;
  }

  get method(): string {
    return this.#parts.method;
  }

  get headers(): Headers {
    this.#headers ??= readHeaders(this.#parts.rawHeaders);
    return this.#headers;
  }

  get signal(): AbortSignal {
    return this.#parts.signal();
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    const { body } = this.#parts;
    if (body === undefined) return null;
    if (this.#stream === undefined) {
      this.#stream = this.#openStream(body);
      // A body read before is a stream read before.
      if (this.#taken) void this.#stream.cancel();
    }
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#taken;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer;
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await this.#take());
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.#take());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async blob(): Promise<Blob> {
    return (await this.#contents()).blob();
  }

  async formData(): Promise<FormData> {
    return (await this.#contents()).formData();
  }

  clone(): Request {
    if (this.#taken || this.#stream?.locked)
      throw new TypeError("body is unusable: it has been read already");
    const { url, method, body } = this.#parts;
    return new Request(url, { method, headers: this.headers, signal: this.signal, body: body ?? null });
  }

  async #take(): Promise<ArrayBuffer | Uint8Array<ArrayBuffer>> {
    if (this.#stream !== undefined) return new Response(this.#stream).arrayBuffer();
    if (this.#taken) throw new TypeError("body is unusable: it has been read already");
    const { body } = this.#parts;
    this.#taken = body !== undefined;
    return body ?? new Uint8Array(0);
  }

  /** Nothing is pulled before it is read, so pulling tells that it has been. */
  #openStream(body: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
    const take = (): void => {
      this.#taken = true;
    };
    const pull = (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void => {
      take();
      controller.enqueue(body);
      controller.close();
    };
    return new ReadableStream({ pull, cancel: take }, { highWaterMark: 0 });
  }

  async #contents(): Promise<Response> {
    const type = this.headers.get("content-type");
    return new Response(await this.bytes(), type === null ? {} : { headers: { "content-type": type } });
  }

  // The rest of the interface means something to a browser only: the values of `new Request(url)`.
  get cache(): RequestCache {
    return "default";
  }
  get credentials(): RequestCredentials {
    return "same-origin";
  }
  get destination(): RequestDestination {
    return "";
  }
  get duplex(): "half" {
    return "half";
  }
  get integrity(): string {
    return "";
  }
  get isHistoryNavigation(): boolean {
    return false;
  }
  get isReloadNavigation(): boolean {
    return false;
  }
  get keepalive(): boolean {
    return false;
  }
  get mode(): RequestMode {
    return "cors";
  }
  get redirect(): RequestRedirect {
    return "follow";
  }
  get referrer(): string {
    return "about:client";
  }
  get referrerPolicy(): ReferrerPolicy {
    return "";
  }

  /** What `console.log` prints; the inherited one looks for private state of Node's class. */
  [Symbol.for("nodejs.util.inspect.custom")](): object {
    const { method, url } = this.#parts;
    return { method, url, headers: this.headers };
  }
}

Object.setPrototypeOf(IncomingRequest.prototype, Request.prototype);

function readHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    // HTTP/2 sends method, path and authority as if they were fields (RFC 9113 section 8.3).
    if (!name.startsWith(":")) headers.append(name, rawHeaders[index + 1] ?? "");
  }
  return headers;
}
