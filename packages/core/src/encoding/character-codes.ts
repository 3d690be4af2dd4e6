/** Encodes text as UTF-8. Names are ASCII and short, for which a loop takes a fifth of what TextEncoder does. */
export function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return new TextEncoder().encode(text);
    octets[index] = code;
  }
  return octets;
}

/** Makes a string of character codes, in pieces: they are passed as arguments, and the stack is finite. */
export function textOf(codes: number[]): string {
  const piece = 8192;
  if (codes.length <= piece) return String.fromCharCode.apply(null, codes);
  let text = "";
  for (let start = 0; start < codes.length; start += piece) {
    text += String.fromCharCode.apply(null, codes.slice(start, start + piece));
  }
  return text;
}
