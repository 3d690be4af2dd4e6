/** Collects what a test has started, so that one call after each test stops it all. */
export interface Laboratory {
  /** Waits for something to start and takes charge of it. */
  open<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Creates an empty laboratory. */
export function createLaboratory(): Laboratory {
  const opened: { close(): Promise<void> }[] = [];
  return {
    async open(starting) {
      const resource = await starting;
      opened.push(resource);
      return resource;
    },
    async close() {
      await Promise.all(opened.splice(0).map((resource) => resource.close()));
    },
  };
}
