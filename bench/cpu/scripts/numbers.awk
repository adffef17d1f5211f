# Floating point in awk: a sum, a logistic map, Newton's root, an array; printed with all digits.
BEGIN {
  for (i = 1; i <= 600000; i++) s += sin(i) * sqrt(i) / (1 + exp(-i / 1000))
  x = 0.4
  for (i = 0; i < 500000; i++) x = 3.9 * x * (1 - x)
  for (i = 1; i <= 30000; i++) {
    r = i
    for (k = 0; k < 8; k++) r = (r + i / r) / 2
    t += r
    count[int(r) % 97]++
  }
  for (i = 0; i < 97; i += 8) line = line " " count[i]
  printf "%.17g %.17g %.17g\n%s\n", s, x, t, line
  printf "%.17g %.17g %.17g %d\n", atan2(1, -3), log(7), exp(1.5), length(line)
}
