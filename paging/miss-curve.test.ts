import { describe, expect, test } from "vitest";
import { MissCurveBuilder, pointsOfCurve } from "./miss-curve.ts";

function curveOf(misses: number, end: number) {
  const builder = new MissCurveBuilder();
  for (let time = 0; time < misses; time++) builder.add(time * 10);
  return builder.curve(end);
}

describe("a miss curve", () => {
  test("has all misses while they are few, and goes on to the end of the run", () => {
    expect(pointsOfCurve(curveOf(3, 500))).toEqual([
      { time: 0, misses: 1 },
      { time: 10, misses: 2 },
      { time: 20, misses: 3 },
      { time: 500, misses: 3 },
    ]);
  });

  test("is thinned out evenly when they are many", () => {
    const misses = 1_000_000;
    const points = pointsOfCurve(curveOf(misses, misses * 10));
    expect(points.length).toBeGreaterThan(200);
    expect(points.length).toBeLessThan(600);
    for (const { time, misses: count } of points.slice(0, -1)) expect(time).toBe((count - 1) * 10);
    expect(points.at(-1)).toEqual({ time: misses * 10, misses });
  });

  test("of a run without misses is a point", () => {
    expect(pointsOfCurve(curveOf(0, 7))).toEqual([{ time: 7, misses: 0 }]);
  });
});
