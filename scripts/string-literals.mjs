const BLANK = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const QUOTED = /(?:"((?:\\[\s\S]|[^"\\\n])*)"|'((?:\\[\s\S]|[^'\\\n])*)')/y;
const TEMPLATE = /[`}]((?:\\[\s\S]|\$(?!\{)|[^`\\$])*)(`|\$\{)/y;
const REGULAR_EXPRESSION = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y;
const WORD = /[\w$]+/y;

/** Stands in for any token that is a value, so that a `/` after it divides. */
const VALUE = "value";

/**
 * The contents of every string literal and template chunk of a TypeScript source: comments and regular expressions
 * are no literals, and neither is the name of a test that `.skip(` or `.todo(` keeps from running.
 */
export function stringLiterals(source) {
  const literals = [];
  const braces = []; // of each open brace: whether it belongs to a template
  let [beforeLast, last] = ["", ""];
  let at = 0;

  const take = (pattern) => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  const keep = (text) => {
    if (last !== "(" || !/^(skip|todo)$/.test(beforeLast)) literals.push(text);
  };
  const nextToken = () => {
    const character = source[at];
    if (character === "`" || (character === "}" && braces.pop() === true)) return nextTemplateChunk();
    const quoted = take(QUOTED);
    if (quoted !== null) {
      keep(quoted[1] ?? quoted[2]);
      return VALUE;
    }
    if (character === "/" && !endsValue(last) && take(REGULAR_EXPRESSION) !== null) return VALUE;
    const word = take(WORD);
    if (word !== null) return word[0];
    if (character === "{") braces.push(false);
    at += 1;
    return character;
  };
  const nextTemplateChunk = () => {
    const chunk = take(TEMPLATE);
    if (chunk === null) return source[at++];
    keep(chunk[1]);
    if (chunk[2] === "`") return VALUE;
    braces.push(true);
    return chunk[2];
  };

  while (at < source.length) {
    if (take(BLANK) === null) [beforeLast, last] = [last, nextToken()];
  }
  return literals;
}

function endsValue(token) {
  if (/^(return|typeof|case|in|of|await|yield|else|do)$/.test(token)) return false;
  return /^([\w$]+|[)\]}])$/.test(token);
}
