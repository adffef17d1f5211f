/*
 * A freestanding program that computes checksums in ways compilers produce code for: tables, recursion, sorting,
 * 64-bit arithmetic, strings, switches, calls through pointers. It prints them; see program.test.ts.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

static int system_call(int number, int a, int b, int c) {
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
  return result;
}

static void print(u32 value) {
  char line[9];
  for (int i = 0; i < 8; i++) line[i] = "0123456789abcdef"[(value >> (28 - 4 * i)) & 15];
  line[8] = '\n';
  system_call(4, 1, (int)line, 9);
}

static u32 random_state = 1;
static u32 next_random(void) {
  random_state = random_state * 1103515245 + 12345;
  return random_state >> 8;
}

static u32 table[256];
static u8 bytes[16384];
static u32 checksum(u32 n) {
  for (u32 i = 0; i < 256; i++) {
    u32 c = i;
    for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
    table[i] = c;
  }
  for (u32 i = 0; i < n; i++) bytes[i] = next_random();
  u32 c = ~0u;
  for (u32 i = 0; i < n; i++) c = table[(c ^ bytes[i]) & 255] ^ (c >> 8);
  return ~c;
}

static int fibonacci(int n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static int numbers[4000];
static void sort(int *a, int n) {
  if (n < 2) return;
  int pivot = a[n / 2], i = 0, j = n - 1;
  for (;;) {
    while (a[i] < pivot) i++;
    while (a[j] > pivot) j--;
    if (i >= j) break;
    int t = a[i];
    a[i++] = a[j];
    a[j--] = t;
  }
  sort(a, i);
  sort(a + i, n - i);
}

static u64 wide(int n) {
  u64 q = 1;
  long long s = -7;
  for (int i = 1; i < n; i++) {
    q = q * 6364136223846793005ull + i;
    q ^= q / (u32)(i | 1) + q % 1000003;
    s = s * 31 - (long long)(q >> 17);
    q += (u64)(s / (i + 3)) + (u64)(s >> (i & 63)) + (q << (i & 63));
  }
  return q;
}

static int words_compared(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return (u8)*a - (u8)*b;
}
static char words[200][12];
static u32 strings(void) {
  u32 sum = 0;
  for (int i = 0; i < 200; i++) {
    int length = 3 + next_random() % 8;
    for (int j = 0; j < length; j++) words[i][j] = 'a' + next_random() % 26;
    words[i][length] = 0;
  }
  for (int i = 0; i < 200; i++)
    for (int j = 0; j < 200; j++) sum = sum * 3 + (words_compared(words[i], words[j]) < 0);
  return sum;
}

static u32 run_bytecode(u32 n) {
  u32 a = 0, b = 1, pc = 0;
  while (n--) {
    switch (bytes[pc & 1023] & 15) {
      case 0: a += b; break;
      case 1: b ^= a; break;
      case 2: a -= 3; break;
      case 3: b = b * 5 + 1; break;
      case 4: a = a << 3 | a >> 29; break;
      case 5:
        if (a & 1) pc += 2;
        break;
      case 6:
        if (b < a) pc++;
        break;
      case 7: {
        u32 t = a;
        a = b;
        b = t;
      } break;
      case 8: a |= b & 0xff; break;
      case 9: b >>= 1; break;
      case 10: a += pc; break;
      case 11: b += (int)a >> 7; break;
      case 12: a ^= 0x5a5a; break;
      case 13: b -= a; break;
      case 14: a &= ~b; break;
      default: b++;
    }
    pc++;
  }
  return a ^ b;
}

static int add_one(int x) {
  return x + 1;
}
static int flip(int x) {
  return x ^ 3;
}
static int times_seven(int x) {
  return x * 7;
}
static int less(int x) {
  return x - (x >> 2);
}
static int (*functions[4])(int);
static int pointers(int n) {
  functions[0] = add_one, functions[1] = flip, functions[2] = times_seven, functions[3] = less;
  int v = 1;
  for (int i = 0; i < n; i++) v = functions[(v ^ i) & 3](v);
  return v;
}

void _start(void) {
  print(checksum(sizeof bytes));
  print(fibonacci(17));
  for (int i = 0; i < 4000; i++) numbers[i] = next_random() - 0x800000;
  sort(numbers, 4000);
  u32 sum = 0;
  for (int i = 0; i < 4000; i++) sum = sum * 31 + numbers[i];
  print(sum);
  u64 q = wide(3000);
  print(q);
  print(q >> 32);
  print(strings());
  print(run_bytecode(50000));
  print(pointers(20000));
  system_call(1, 42, 0, 0);
}
