/**
 * Makes a function that computes a value when it is first asked and then remembers it, so that tables cost nothing
 * where no key is judged.
 */
export function once<T>(compute: () => T): () => T {
  let remembered: { readonly value: T } | undefined;
  return () => {
    remembered ??= { value: compute() };
    return remembered.value;
  };
}
