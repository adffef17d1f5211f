/* cmp: compares two files. (POSIX cmp; skips, -n and -b of GNU) */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>

static const char help[] =
    "Usage: cmp [-bls] [-i SKIP[:SKIP2]] [-n LIMIT] FILE1 [FILE2 [SKIP1 [SKIP2]]]\nTell where two files differ first.\n  -l  every difference   -s  only by the status   -b  with the bytes\n";

static void visible(int c, char *text) {
  if (c >= 128) {
    text = stpcpy(text, "M-");
    c -= 128;
  }
  if (c < 32 || c == 127) {
    *text++ = '^';
    c ^= 64;
  }
  *text++ = (char)c;
  *text = 0;
}

static void skip_bytes(FILE *stream, unsigned long long count) {
  if (fseeko(stream, (off_t)count, SEEK_CUR) == 0) return;
  while (count-- && getc(stream) != EOF) continue;
}

static unsigned long long number(const char *text) {
  unsigned long long value;
  if (parse_size(text, &value)) return value;
  complain("invalid --ignore-initial value '%s'", text);
  usage_error(2);
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"verbose", 0, 0, 'l'},
                                        {"quiet", 0, 0, 's'},
                                        {"silent", 0, 0, 's'},
                                        {"print-bytes", 0, 0, 'b'},
                                        {"bytes", 1, 0, 'n'},
                                        {"ignore-initial", 1, 0, 'i'},
                                        {0}};
  static const struct command_line line = {"bi:ln:s", names, help, 2};
  int list = 0, silent = 0, show_bytes = 0, status = 0;
  unsigned long long skip[2] = {0}, limit = ~0ULL;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'b': show_bytes = 1; break;
      case 'l': list = 1; break;
      case 's': silent = 1; break;
      case 'n': limit = number(optarg); break;
      case 'i': {
        char *colon = strchr(optarg, ':');
        if (colon) *colon = 0;
        skip[0] = number(optarg);
        skip[1] = colon ? number(colon + 1) : skip[0];
        break;
      }
    }
  if (optind == argc) {
    complain("missing operand after '%s'", argv[0]);
    usage_error(2);
  }
  if (argc - optind > 4) {
    complain("extra operand '%s'", argv[optind + 4]);
    usage_error(2);
  }
  const char *files[2] = {argv[optind], argc - optind > 1 ? argv[optind + 1] : "-"};
  for (int i = 2; i < argc - optind; i++) skip[i - 2] = number(argv[optind + i]);
  FILE *streams[2];
  for (int i = 0; i < 2; i++) {
    streams[i] = strcmp(files[i], "-") ? fopen(files[i], "r") : stdin;
    if (!streams[i]) {
      if (silent) return 2;
      die_errno(2, "%s", files[i]);
    }
    skip_bytes(streams[i], skip[i]);
  }
  unsigned long long at = 0, line_number = 1;
  int last_byte = '\n';
  /* The number of digits of -l follows from the size of the files. */
  struct stat info;
  int width = 1;
  off_t largest = 0;
  for (int i = 0; i < 2; i++)
    if (fstat(fileno(streams[i]), &info) == 0 && S_ISREG(info.st_mode) && (i == 0 || info.st_size < largest))
      largest = info.st_size;
  for (off_t size = largest; size >= 10; size /= 10) width++;
  for (; at < limit; at++) {
    int a = getc(streams[0]), b = getc(streams[1]);
    if (a == EOF && b == EOF) break;
    if (a == EOF || b == EOF) {
      const char *shorter = files[a == EOF ? 0 : 1];
      if (silent) return 1;
      fflush(stdout);
      if (at == 0) fprintf(stderr, "%s: EOF on %s which is empty\n", program_name, quoted(shorter));
      else if (list) fprintf(stderr, "%s: EOF on %s after byte %llu\n", program_name, quoted(shorter), at);
      else if (last_byte == '\n')
        fprintf(stderr, "%s: EOF on %s after byte %llu, line %llu\n", program_name, quoted(shorter), at,
                line_number - 1);
      else
        fprintf(stderr, "%s: EOF on %s after byte %llu, in line %llu\n", program_name, quoted(shorter), at,
                line_number);
      return finish_with(1, 2);
    }
    if (a != b) {
      char left[8], right[8];
      visible(a, left);
      visible(b, right);
      if (silent) return 1;
      status = 1;
      if (list) {
        if (show_bytes) printf("%*llu %3o %-4s %3o %s\n", width, at + 1, (unsigned)a, left, (unsigned)b, right);
        else printf("%*llu %3o %3o\n", width, at + 1, (unsigned)a, (unsigned)b);
      } else {
        printf("%s %s differ: %s %llu, line %llu", files[0], files[1], show_bytes ? "byte" : "char", at + 1,
               line_number);
        if (show_bytes) printf(" is %3o %s %3o %s", (unsigned)a, left, (unsigned)b, right);
        putchar('\n');
        break;
      }
    }
    line_number += a == '\n';
    last_byte = a;
  }
  for (int i = 0; i < 2; i++)
    if (ferror(streams[i])) die_errno(2, "%s", files[i]);
  return finish_with(status, 2);
}
