import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { createIncomingRequest } from "./incoming-request.ts";

const url = "https://ca.example.test/acme/new-order?a=1";
const rawHeaders = [
  "Content-Type",
  "text/plain",
  "X-Twice",
  "1",
  "x-twice",
  "2",
  ":path",
  "/",
  "X-Empty",
  "",
];
const text = "\u{feff}caf\u00e9 \u0000";

/** The request under test, and Node's own with the same contents. */
function pair(body: Uint8Array | undefined): { ours: Request; nodes: Request } {
  const signal = new AbortController().signal;
  const method = body === undefined ? "GET" : "POST";
  const copy = (): Uint8Array<ArrayBuffer> | undefined => (body === undefined ? body : new Uint8Array(body));
  const headers = new Headers([
    ["content-type", "text/plain"],
    ["x-twice", "1"],
    ["x-twice", "2"],
    ["x-empty", ""],
  ]);
  return {
    ours: createIncomingRequest({ url, method, rawHeaders, body: copy(), signal: () => signal }),
    nodes: new Request(url, { method, headers, signal, body: copy() ?? null }),
  };
}

const withBody = (): { ours: Request; nodes: Request } => pair(new TextEncoder().encode(text));

const readers = {
  arrayBuffer: async (request: Request) => new Uint8Array(await request.arrayBuffer()),
  blob: async (request: Request) => {
    const blob = await request.blob();
    return [blob.type, await blob.text()];
  },
  body: async (request: Request) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request.body ?? []) chunks.push(chunk);
    return new Uint8Array(Buffer.concat(chunks));
  },
  bytes: (request: Request) => request.bytes(),
  clone: (request: Request) => request.clone().text(),
  text: (request: Request) => request.text(),
} satisfies Record<string, (request: Request) => Promise<unknown>>;

describe("createIncomingRequest", () => {
  test("is a Request with every property of Node's own", () => {
    const { ours, nodes } = withBody();
    expect(ours).toBeInstanceOf(Request);
    const names = Object.entries(Object.getOwnPropertyDescriptors(Request.prototype))
      .filter(([, { get }]) => get !== undefined)
      .map(([name]) => name)
      .filter((name) => !["body", "headers", "signal"].includes(name));
    expect(names).toContain("referrerPolicy");
    for (const name of names)
      expect([name, Reflect.get(ours, name)]).toEqual([name, Reflect.get(nodes, name)]);
    expect([...ours.headers]).toEqual([...nodes.headers]);
  });

  test("keeps values of repeated fields and leaves out pseudo-fields (RFC 9113 section 8.3)", () => {
    expect([...withBody().ours.headers]).toEqual([
      ["content-type", "text/plain"],
      ["x-empty", ""],
      ["x-twice", "1, 2"],
    ]);
  });

  test.each(Object.entries(readers))(
    "%s reads what Node's own reads, with and without a body",
    async (_, read) => {
      for (const { ours, nodes } of [withBody(), pair(undefined)]) {
        expect(await read(ours)).toEqual(await read(nodes));
        expect(ours.bodyUsed).toBe(nodes.bodyUsed);
      }
    },
  );

  test("reads JSON and forms", async () => {
    const parts = { url, method: "POST", signal: () => new AbortController().signal };
    const type = "application/x-www-form-urlencoded";
    const body = (content: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(content);
    const json = createIncomingRequest({ ...parts, rawHeaders: [], body: body('{"a":[1]}') });
    const form = createIncomingRequest({
      ...parts,
      rawHeaders: ["Content-Type", type],
      body: body("a=1&b=%20"),
    });
    expect(await json.json()).toEqual({ a: [1] });
    expect([...(await form.formData())]).toEqual([
      ["a", "1"],
      ["b", " "],
    ]);
  });

  const uses: [string, (request: Request) => unknown][] = [
    ["text", (request) => request.text()],
    ["the stream", (request) => request.body?.getReader().read()],
    ["cancelling the stream", (request) => request.body?.cancel()],
  ];
  test.each(uses)("gives the body away once: after %s nothing reads it again", async (_, use) => {
    for (const request of Object.values(withBody())) {
      await use(request);
      expect(request.bodyUsed).toBe(true);
      for (const read of [readers.text, readers.bytes, readers.arrayBuffer, readers.blob]) {
        await expect(read(request)).rejects.toThrow(TypeError);
      }
      expect(() => request.clone()).toThrow(TypeError);
    }
  });

  test("shows a body read before as a stream read before", async () => {
    const { ours } = withBody();
    await ours.text();
    expect(await ours.body?.getReader().read()).toEqual({ done: true, value: undefined });
  });

  test("refuses to read or clone a body whose stream is locked", async () => {
    for (const request of Object.values(withBody())) {
      request.body?.getReader();
      expect(() => request.clone()).toThrow(TypeError);
      await expect(request.text()).rejects.toThrow(TypeError);
    }
  });

  test("clones before its body is read, and follows the signal", async () => {
    const controller = new AbortController();
    const request = createIncomingRequest({
      url,
      method: "POST",
      rawHeaders,
      body: new TextEncoder().encode(text),
      signal: () => controller.signal,
    });
    expect(request.body).not.toBeNull();
    const clone = request.clone();
    controller.abort();
    expect(clone.signal.aborted).toBe(true);
    expect([await clone.bytes(), await request.bytes()]).toEqual(
      Array(2).fill(new TextEncoder().encode(text)),
    );
  });

  test("passes as the options of a Request, and never loses its body as the input of one", async () => {
    expect(await new Request(url, withBody().ours).text()).toBe(text.slice(1));
    expect(() => new Request(withBody().ours)).toThrow(TypeError);
    await expect(fetch(withBody().ours)).rejects.toThrow(TypeError);
    expect(await new Request(withBody().ours.clone()).text()).toBe(text.slice(1));
  });

  test("gives bytes in a buffer of their own, whatever memory the body is a view on", async () => {
    const shared = new TextEncoder().encode("secret body secret");
    const signal = (): AbortSignal => new AbortController().signal;
    const open = (): Request => {
      const body = shared.subarray(7, 11);
      return createIncomingRequest({ url, method: "POST", rawHeaders, body, signal });
    };
    for (const request of [open(), open().clone()]) {
      const { buffer } = await request.bytes();
      expect(new TextDecoder().decode(buffer)).toBe("body");
    }
    expect(await readers.body(open())).toEqual(new TextEncoder().encode("body"));
    expect(shared.length).toBe(18);
  });

  test("makes the signal only when it is asked for", async () => {
    let made = 0;
    const signal = (): AbortSignal => {
      made += 1;
      return new AbortController().signal;
    };
    const body = new TextEncoder().encode(text);
    const request = createIncomingRequest({ url, method: "POST", rawHeaders, body, signal });
    await request.text();
    expect([request.method, request.url, made]).toEqual(["POST", url, 0]);
  });

  test("can be printed", () => {
    expect(inspect(withBody().ours)).toContain(url);
  });
});
