/**
 * The table of facts as Markdown, for docs/makers.md. Layer beneath: facts.ts.
 */
import type { Fact } from "./facts.ts";

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

const HEADER = ["instruction or condition", "Intel", "AMD", "sources", "how the other column is known"];

export function factsMarkdown(facts: readonly Fact[]): string {
  return `# Where makers differ

Written from [tests/hardware/facts.ts](../tests/hardware/README.md); \`npx vitest run tests/hardware -u\` writes it anew.

Lites has Intel's column: it was measured on Intel processors (family 6, model 207), whose recorded results are compared on every host. A
comparison with a host uses the column of the host's maker. Nothing else differs in the tests, and each row is as narrow as the difference. SDM is
Intel's manual, APM is AMD's.

${line(HEADER)}
|${"---|".repeat(HEADER.length)}
${facts.map(({ what, intel, amd, source, basis }) => line([what, intel, amd, source, basis])).join("\n")}

What both manuals leave undefined is compared nowhere: flags after instructions (tests/instructions/masks.ts says which), the x87's last instruction and
operand, the order in which an access that faults has written its parts. What the kernel answers for the processor (SGDT, SIDT, SLDT, STR, SMSW with
user-mode instruction prevention) is not compared either.
`;
}
