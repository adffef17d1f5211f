/** The root file system from both sides: what the library's user does with `system.fs` and what programs do is one and the same. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { System } from "#node/index.ts";
import { boot } from "./support/library.ts";

let system: System;
beforeAll(async () => {
  system = await boot();
  // The server knows these directories from here on.
  await system.run(["ls", "-lR", "/tmp", "/etc", "/root"]);
});
afterAll(() => system.halt());

const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await system.run(["sh", "-c", script]);
  return `${stdout.toString()}${stderr.toString()}`;
};

test("files and directories made by the host", async () => {
  system.fs.mkdirSync("/tmp/host/deep", { recursive: true });
  system.fs.writeFileSync("/tmp/host/file", "from the host\n", { mode: 0o640 });
  system.fs.symlinkSync("file", "/tmp/host/link");
  expect(
    await sh(
      "cat /tmp/host/link; ls -l /tmp/host/link | cut -c1-10; ls -l /tmp/host/file | cut -c1-10; ls -ld /tmp/host | tr -s ' ' | cut -d' ' -f2",
    ),
  ).toBe("from the host\nlrwxrwxrwx\n-rw-r-----\n3\n");
});

test("what the host changes in known files", async () => {
  await sh("mkdir /tmp/known; echo old > /tmp/known/f; echo gone > /tmp/known/g; echo moved > /tmp/known/h");
  system.fs.writeFileSync("/tmp/known/f", "new and longer\n");
  system.fs.chmodSync("/tmp/known/f", 0o600);
  system.fs.utimesSync("/tmp/known/f", 1_000_000_000, 1_000_000_000);
  system.fs.unlinkSync("/tmp/known/g");
  system.fs.renameSync("/tmp/known/h", "/tmp/known/i");
  expect(await sh("cd /tmp/known; cat f; TZ=UTC ls -l f | tr -s ' ' | cut -d' ' -f1,5-8; ls; cat i; cat h")).toBe(
    "new and longer\n-rw------- 15 Sep 9 2001\nf\ni\nmoved\ncat: h: No such file or directory\n",
  );
});

test("what programs change is seen by the host, with owners, modes and times", async () => {
  await sh("cd /tmp; echo text > f; chown 5:6 f; chmod 4755 f; touch -d '2001-09-09 01:46:40 UTC' f; mkdir -m 711 shut; ln f shut/g");
  const { mode, uid, gid, mtimeMs, nlink } = system.fs.statSync("/tmp/f");
  expect({ mode: Number(mode) & 0o7777, uid, gid, mtimeMs, nlink }).toEqual({ mode: 0o4755, uid: 5, gid: 6, mtimeMs: 1e12, nlink: 2 });
  expect(Number(system.fs.statSync("/tmp/shut").mode) & 0o7777).toBe(0o711);
  expect(system.fs.readFileSync("/tmp/shut/g", "utf8")).toBe("text\n");
});

test("a running program's open file and directory", async () => {
  const program = system.spawn([
    "sh",
    "-c",
    "mkdir /tmp/here; cd /tmp/here; exec 3>log; echo one >&3; echo ready; read line; echo two >&3; ls; cat log",
  ]);
  const output: string[] = [];
  program.stdout.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  await new Promise((resolve) => program.stdout.once("data", resolve));
  expect(system.fs.readFileSync("/tmp/here/log", "utf8")).toBe("one\n");
  await system.fs.promises.writeFile("/tmp/here/other", "");
  program.stdin.end("go\n");
  await program.exited;
  expect(output.join("")).toBe("ready\nlog\nother\none\ntwo\n");
});
