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
