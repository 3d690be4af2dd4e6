import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeModule } from "../src/module.ts";
import { readPrograms } from "../src/program.ts";
import { runPrograms } from "../src/run.ts";

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Runs a document in a directory of its own; answers what its blocks have printed, by line. */
async function run(markdown: string, reading: "everything" | "typescript" = "everything") {
  const directory = mkdtempSync(join(tmpdir(), "chancery-documents-"));
  directories.push(directory);
  const programs = readPrograms("guide.md", markdown, reading);
  const printed = await runPrograms(programs, { directory, timeout: 20_000, env: process.env });
  return { directory, printed: Object.fromEntries(printed.map(({ line, output }) => [line, output])) };
}

function block(language: string, ...lines: readonly string[]): string {
  return `\`\`\`${[language, ...lines].join("\n")}\n\`\`\`\n`;
}

describe("what runs", () => {
  test("the blocks of a section are one module, sections share the directory, shell runs in between", async () => {
    const { directory, printed } = await run(
      [
        "# Guide\n",
        block("ts", 'import { writeFileSync } from "node:fs";', "const word: string = 'one';"),
        block("sh", "echo first > file; cat file"),
        block("text", "first"),
        block("ts", "writeFileSync('file', word);", "console.log(word.length);"),
        "\n## Second\n",
        block("ini settings/my.cnf", "[a]", "b = c"),
        block("sh", 'echo "$(cat file)" and "$(head -1 settings/my.cnf)"'),
        "Words may stand between.\n",
        block("text", "one and [a]"),
        block("ts", "const word = 2;", "console.log(word);"),
        block("text", "2"),
      ].join(""),
    );
    expect(Object.values(printed)).toEqual(["", "first\n", "3\n", "one and [a]\n", "2\n"]);
    expect(readFileSync(join(directory, "file"), "utf8")).toBe("one");
  });

  test("a shell block does not stop the module around it", async () => {
    const { printed } = await run(
      [
        block(
          "ts",
          'import { createServer } from "node:http";',
          'import { writeFileSync } from "node:fs";',
          "const server = createServer((_, response) => response.end('served')).listen(0, '127.0.0.1', () => {",
          "  writeFileSync('port', String(Object(server.address()).port));",
          "});",
          "await new Promise((resolve) => server.once('listening', resolve));",
        ),
        block(
          "sh",
          `node -e 'fetch("http://127.0.0.1:" + require("fs").readFileSync("port")).then(async (a) => console.log(await a.text()))'`,
        ),
        block("text", "served"),
        block("ts", "server.close();"),
      ].join(""),
    );
    expect(Object.values(printed)).toContain("served\n");
  });

  test("a README may show what is not run, and its outputs are compared", async () => {
    const shown = [block("sh", "exit 1"), block("text", "a picture"), block("sql", "SELECT 1")].join("");
    await expect(
      run(`${shown}${block("ts", "console.log(1);")}${block("text", "1")}`, "typescript"),
    ).resolves.toBeDefined();
    await expect(
      run(`${shown}${block("ts", "console.log(1);")}${block("text", "2")}`, "typescript"),
    ).rejects.toThrow("printed\n1\nand not\n2\n");
    await expect(run(shown, "typescript")).rejects.toThrow("guide.md: there is no block to run");
  });

  test("lines of a module have the numbers of the document", () => {
    const [program] = readPrograms(
      "a",
      `\n\n${block("ts", "one;")}\n${block("sh", "two")}${block("ts", "three;")}`,
      "everything",
    );
    const lines = program === undefined ? [] : writeModule(program).split("\n");
    expect([lines[2], lines[3], lines[6], lines[10]]).toEqual([
      "$begin(3);",
      "one;",
      'await $shell(7, "two\\n");',
      "three;",
    ]);
  });
});

describe("what fails", () => {
  const failures: readonly { what: string; markdown: string; message: RegExp }[] = [
    { what: "no block", markdown: "# Nothing\n", message: /^guide\.md: there is no block to run$/ },
    { what: "files alone", markdown: block("ini a.cnf", "a"), message: /there is no block to run/ },
    {
      what: "a throw",
      markdown: `\n${block("ts", "throw new Error('broken');")}`,
      message: /line-2\.mts:3[\s\S]*broken/,
    },
    {
      what: "a rejection nobody waits for",
      markdown: block("ts", "void Promise.reject(new Error('lost'));"),
      message: /lost/,
    },
    {
      what: "a word on standard error",
      markdown: block("ts", "console.error('oh');"),
      message: /ended with 0\n[\s\S]*oh/,
    },
    {
      what: "an end before the last block",
      markdown: block("ts", "process.exit();") + block("ts", "1;"),
      message: /line 4 did not run/,
    },
    {
      what: "a promise that never comes",
      markdown: block("ts", "await new Promise(() => {});"),
      message: /ended with 13/,
    },
    {
      what: "a shell command",
      markdown: block("sh", "echo why >&2", "false", "true"),
      message: /line 1 exited with 1:\nwhy/,
    },
    { what: "a command in a pipe", markdown: block("sh", "false | true"), message: /line 1 exited with 1/ },
    {
      what: "another output",
      markdown: block("sh", "echo one") + block("text", "two"),
      message: /line 1 printed\none\nand not\ntwo\n$/,
    },
    {
      what: "an output with a line more",
      markdown: block("sh", "echo one; echo") + block("text", "one"),
      message: /and not/,
    },
    {
      what: "no output where there should be one",
      markdown: block("ts", "1;") + block("text", "1"),
      message: /and not\n1/,
    },
    {
      what: "an output without a block",
      markdown: block("sh", "true") + block("text", "") + block("text", "a"),
      message: /line 7: this block is not run/,
    },
    {
      what: "an unknown language",
      markdown: block("sh", "true") + block("yaml", "a: 1"),
      message: /line 4: this block is not run/,
    },
    { what: "an open block", markdown: "```sh\ntrue\n", message: /line 1: the block is not closed/ },
    {
      what: "an indented fence",
      markdown: "- item\n  ```sh\n  true\n  ```\n",
      message: /line 2: .* is no fence/,
    },
    { what: "a fence of waves", markdown: "~~~sh\ntrue\n~~~\n", message: /line 1: .* is no fence/ },
  ];

  test.concurrent.each(failures)("$what", async ({ markdown, message }) => {
    await expect(run(markdown)).rejects.toThrow(message);
  });

  test("a block that does not end", async () => {
    const [program] = readPrograms("guide.md", block("ts", "setInterval(() => {}, 1000);"), "everything");
    const directory = mkdtempSync(join(tmpdir(), "chancery-documents-"));
    directories.push(directory);
    const running = runPrograms(program === undefined ? [] : [program], {
      directory,
      timeout: 500,
      env: process.env,
    });
    await expect(running).rejects.toThrow("ended with SIGTERM");
  });
});
