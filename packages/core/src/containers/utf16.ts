/**
 * Encodes text as BMPString contents: UTF-16, big-endian, no byte order mark. Characters beyond the Basic Multilingual Plane become
 * surrogate pairs, which every reader of PKCS#12 takes for what they are.
 */
export function utf16(text: string): Uint8Array {
  const octets = new Uint8Array(text.length * 2);
  const view = new DataView(octets.buffer);
  for (let index = 0; index < text.length; index += 1) view.setUint16(index * 2, text.charCodeAt(index));
  return octets;
}
