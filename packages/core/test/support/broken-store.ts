import { certificateStoreConformance, type OpenedStore } from "../../src/conformance/index.ts";
import type { CertificateStore } from "../../src/store/certificate-store.ts";
import { createMemoryCertificateStore } from "../../src/store/memory.ts";

/** A mistake that a store can make, and the beginning of the sentence whose case must notice it. */
export interface Mistake {
  readonly why: string;
  readonly breaks: (store: CertificateStore) => Partial<CertificateStore>;
  readonly noticedBy: string;
}

/** Runs the cases that must notice a mistake; returns how many there are and how many of them failed. */
export async function judgeMistake({
  breaks,
  noticedBy,
}: Mistake): Promise<{ cases: number; failed: number }> {
  const open = (): OpenedStore<CertificateStore> => {
    const store = createMemoryCertificateStore();
    const broken = { ...store, ...breaks(store) };
    return { store: broken, replica: broken, close: async () => {} };
  };
  const concerned = (sentence: string): boolean => sentence.startsWith(noticedBy);
  const failed = await failuresWith(open, concerned);
  return { cases: sentencesWhere(concerned).length, failed: failed.length };
}

/** Runs the cases of the suite on stores that `open` makes; returns the sentences of those that failed. */
export async function failuresWith(
  open: () => OpenedStore<CertificateStore>,
  concerned: (sentence: string) => boolean = () => true,
): Promise<string[]> {
  const failed: string[] = [];
  for (const [sentence, body] of casesOn(open)) {
    if (concerned(sentence)) await body().catch(() => failed.push(sentence));
  }
  return failed;
}

function sentencesWhere(concerned: (sentence: string) => boolean): string[] {
  const neverOpened = (): never => {
    throw new Error("no case is run");
  };
  return casesOn(neverOpened)
    .map(([sentence]) => sentence)
    .filter(concerned);
}

function casesOn(open: () => OpenedStore<CertificateStore>): [string, () => Promise<void>][] {
  const cases: [string, () => Promise<void>][] = [];
  certificateStoreConformance({
    test: (sentence, body) => cases.push([sentence, body]),
    open: async () => open(),
  });
  return cases;
}
