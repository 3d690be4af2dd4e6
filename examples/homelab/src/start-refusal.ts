/**
 * The server does not start, for a reason that its operator can remove. The message is what the operator reads: a sentence, or a
 * line for each fault of a configuration file.
 */
export class StartRefusal extends Error {
  /** 78 (`EX_CONFIG` of sysexits.h) when the configuration is at fault, 1 for everything else. */
  readonly exitCode: 1 | 78;

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: 1 | 78 } = {}) {
    super(message, options);
    this.name = "StartRefusal";
    this.exitCode = options.exitCode ?? 1;
  }
}
