// Arrays in ascending order, for lists that are read in pages. All functions of one list are given the same order.

/** As for `Array.prototype.sort`; 0 only for one and the same item. */
export type Order<Item> = (left: Item, right: Item) => number;

/** Puts an item into its place; cheap at the end, where items that follow the clock belong. */
export function addSorted<Item>(items: Item[], item: Item, compare: Order<Item>): void {
  const last = items[items.length - 1];
  if (last === undefined || compare(last, item) <= 0) items.push(item);
  else items.splice(indexAfter(items, item, compare), 0, item);
}

/** Takes out the item that compares as equal; does nothing when there is none. */
export function removeSorted<Item>(items: Item[], item: Item, compare: Order<Item>): void {
  const index = indexAfter(items, item, compare) - 1;
  const found = items[index];
  if (found !== undefined && compare(found, item) === 0) items.splice(index, 1);
}

/** Goes through the items greater than `last`, or through all of them. */
export function* itemsAfter<Item>(
  items: readonly Item[],
  last: Item | undefined,
  compare: Order<Item>,
): IterableIterator<Item> {
  const start = last === undefined ? 0 : indexAfter(items, last, compare);
  for (let index = start; index < items.length; index += 1) {
    const item = items[index];
    if (item !== undefined) yield item;
  }
}

/** Where the first item stands that is greater. */
function indexAfter<Item>(items: readonly Item[], item: Item, compare: Order<Item>): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = items[middle];
    if (other === undefined || compare(other, item) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}
