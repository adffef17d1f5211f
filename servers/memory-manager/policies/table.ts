/**
 * All replacement policies, by name.
 *
 * Layer beneath: one file for each policy.
 */
import type { PolicyRow } from "../replacement-policy.ts";
import { Clock } from "./clock.ts";

export const POLICIES: readonly PolicyRow[] = [
  {
    name: "clock",
    title: "Clock",
    source: 'Corbató, "A paging experiment with the Multics system", 1968',
    references: "bits",
    parameters: {},
    create: (view) => new Clock(view),
  },
];

/** The row with a name. @throws RangeError that lists the names */
export function policyNamed(name: string): PolicyRow {
  const row = POLICIES.find((candidate) => candidate.name === name);
  if (!row) throw new RangeError(`no replacement policy '${name}' (there are: ${POLICIES.map((candidate) => candidate.name).join(", ")})`);
  return row;
}

/**
 * A policy with some parameters given and the others at their defaults.
 * @throws RangeError when a parameter is unknown or outside its bounds
 */
export function parametersOf(row: PolicyRow, given: Readonly<Record<string, number>>): Record<string, number> {
  const parameters = Object.fromEntries(Object.entries(row.parameters).map(([name, parameter]) => [name, parameter.default]));
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(row.parameters, name) ? row.parameters[name] : undefined;
    if (!parameter) {
      const known = Object.keys(row.parameters).join(", ");
      throw new RangeError(`policy '${row.name}' has no parameter '${name}' (${known ? `it has: ${known}` : "it has none"})`);
    }
    if (!(value >= parameter.minimum && value <= parameter.maximum)) {
      throw new RangeError(
        `parameter '${name}' of policy '${row.name}' must be ${parameter.minimum} to ${parameter.maximum}, not ${value}`,
      );
    }
    parameters[name] = value;
  }
  return parameters;
}
