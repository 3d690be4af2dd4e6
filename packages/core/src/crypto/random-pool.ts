/** Octets drawn at once: enough for a hundred serial numbers. */
const poolLength = 1024;

/**
 * Creates a source of random octets that draws many at a time: a call of the platform's generator costs microseconds, however
 * few octets it is asked for.
 *
 * No octet is handed out twice, and none stays here once it is.
 *
 * @param draw - The source behind it.
 */
export function createRandomPool(draw: (length: number) => Uint8Array): (length: number) => Uint8Array {
  let pool = new Uint8Array();
  return (length) => {
    if (length > poolLength) return draw(length);
    if (length > pool.length) pool = new Uint8Array(draw(poolLength));
    const octets = new Uint8Array(pool.subarray(0, length)); // a copy
    pool.fill(0, 0, length);
    pool = pool.subarray(length);
    return octets;
  };
}
