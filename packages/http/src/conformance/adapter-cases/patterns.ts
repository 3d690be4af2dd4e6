/** All 256 byte values, in order. */
export const everyByte: Uint8Array<ArrayBuffer> = patternOf(256);

/** Bytes that count up and wrap, so that a lost, doubled or recoded byte shows. */
export function patternOf(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index % 256);
}
