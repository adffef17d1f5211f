/**
 * The kernels: small C programs that time themselves, and the flags they are compiled with.
 */

const BASE = ["-m32", "-static", "-std=gnu11", "-march=i686"] as const;
const PLAIN = [...BASE, "-O2"] as const;
/** Floating point in vector registers, as Debian 13 for i386 has it. */
const SSE2 = [...BASE, "-O2", "-march=pentium4", "-mfpmath=sse"] as const;
/** Loops on vectors too. */
const VECTORS = [...BASE, "-O3", "-march=pentium4", "-mfpmath=sse"] as const;

/** Name of the line, source file in kernels/, compiler flags, what it is. */
export const KERNELS = [
  ["sieve", "sieve", PLAIN, "sieve of Eratosthenes"],
  ["sort", "sort", PLAIN, "qsort of 1000 integers"],
  ["flops", "flops", PLAIN, "chain of x87 arithmetic"],
  ["memcpy", "memcpy", PLAIN, "memcpy of 1 MB"],
  ["primes", "primes", PLAIN, "trial division"],
  ["fasta", "fasta", PLAIN, "random sequences, x87 comparisons"],
  ["nbody", "nbody", PLAIN, "gravity, x87"],
  ["nbody-sse2", "nbody", SSE2, "gravity, SSE2"],
  ["spectral", "spectral-norm", PLAIN, "spectral norm, x87"],
  ["spectral-sse2", "spectral-norm", SSE2, "spectral norm, SSE2"],
  ["mandelbrot", "mandelbrot", PLAIN, "Mandelbrot set, x87"],
  ["circles", "circles", PLAIN, "bouncing circles, x87"],
  ["circles-sse2", "circles", SSE2, "bouncing circles, SSE"],
  ["matrix", "matrix", PLAIN, "product of matrices, x87"],
  ["matrix-vectors", "matrix", VECTORS, "product of matrices, SSE vectors"],
  ["pixels", "pixels", PLAIN, "blending of bytes"],
  ["pixels-vectors", "pixels", VECTORS, "blending of bytes, SSE2 vectors"],
  ["sha256", "sha256", PLAIN, "SHA-256 of 16 KB"],
  ["crc32", "crc32", PLAIN, "CRC-32 of 32 KB"],
  ["wide", "wide", PLAIN, "64-bit integers"],
  ["bytecode", "bytecode", PLAIN, "interpreter of bytecode"],
  ["objects", "objects", PLAIN, "virtual calls"],
  ["fib", "fib", PLAIN, "recursion"],
  ["strings", "strings", PLAIN, "string functions of glibc"],
  ["trees", "trees", PLAIN, "binary trees, malloc"],
  ["lz", "lz", PLAIN, "compression by references"],
] as const satisfies readonly (readonly [string, string, readonly string[], string])[];
