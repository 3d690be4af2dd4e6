/** Keeps the answers that were asked for last. */
export interface AnswerCache<T> {
  get(key: string): T | undefined;
  /** Takes the place of an earlier one; the one that nobody wanted for longest goes when there are too many. */
  set(key: string, answer: T): void;
  /** Forgets an answer, unless another one has taken its place. */
  delete(key: string, answer: T): void;
}

/** Creates a cache of at most `capacity` answers; each operation costs the same however many there are. */
export function createAnswerCache<T>(capacity: number): AnswerCache<T> {
  // A Map goes through its keys in the order in which they were set.
  const answers = new Map<string, T>();
  return Object.freeze<AnswerCache<T>>({
    get(key) {
      const answer = answers.get(key);
      if (answer === undefined) return undefined;
      answers.delete(key);
      answers.set(key, answer);
      return answer;
    },
    set(key, answer) {
      answers.delete(key);
      answers.set(key, answer);
      const [oldest] = answers.keys();
      if (answers.size > capacity && oldest !== undefined) answers.delete(oldest);
    },
    delete(key, answer) {
      if (answers.get(key) === answer) answers.delete(key);
    },
  });
}
