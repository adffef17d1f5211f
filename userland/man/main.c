/* man: shows manual pages, and finds them by words. (man-db's man; of its options the most used) */
#include <errno.h>
#include <getopt.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>
#include "format.h"
#include "pages.h"

static const char help[] =
    "Usage: man [[-s] SECTION] PAGE...\n"
    "       man -k|-f WORD...\n"
    "Show manual pages; a PAGE with a slash is a file.\n"
    "  -k  list the pages whose names or descriptions match a regular expression\n"
    "  -f  list the pages of a name\n"
    "  -s  look in this section only\n"
    "Pages are looked for in /usr/share/man, or the directories of MANPATH. On a terminal they go through\n"
    "$MANPAGER or $PAGER.\n";

enum { NOTHING_FOUND = 16 };

static const struct manual_page *pages;
static size_t page_count;
static struct page_format format;

static int in_section(const struct manual_page *page, const char *section) {
  return !section || !strncmp(page->section, section, strlen(section));
}

static int same_name(const struct manual_page *page, const char *name, void *wanted) {
  (void)page;
  return !strcmp(name, wanted);
}

/* The page of a name: one of that name, or one that explains it. */
static const struct manual_page *find_page(char *name, const char *section) {
  for (size_t i = 0; i < page_count; i++)
    if (in_section(&pages[i], section) && !strcmp(pages[i].name, name)) return &pages[i];
  for (size_t i = 0; i < page_count; i++)
    if (in_section(&pages[i], section) && each_name(&pages[i], same_name, name)) return &pages[i];
  return 0;
}

static int show_file(const char *path) {
  FILE *source = fopen(path, "r");

  if (!source) return complain_errno("%s", path), NOTHING_FOUND;
  format_page(source, path, &format);
  fclose(source);
  return 0;
}

static int show_page(char *name, const char *section) {
  const struct manual_page *page;

  if (strchr(name, '/')) return show_file(name);
  page = find_page(name, section);
  if (page) return show_file(page->path);
  fflush(stdout);
  if (section) fprintf(stderr, "No manual entry for %s in section %s\n", name, section);
  else fprintf(stderr, "No manual entry for %s\n", name);
  return NOTHING_FOUND;
}

/* Lines of -k and -f. */
static void list_name(const struct manual_page *page, const char *name) {
  char *entry = must_format("%s (%s)", name, page->section);

  printf("%-20s - %s\n", entry, page->description);
  free(entry);
}

struct search {
  /* Null: the name itself is looked for. */
  const regex_t *expression;
  const char *word;
  int found;
};

static int list_match(const struct manual_page *page, const char *name, void *state) {
  struct search *search = state;
  const regex_t *expression = search->expression;

  if (expression ? regexec(expression, name, 0, 0, 0) && regexec(expression, page->description, 0, 0, 0)
                 : strcmp(name, search->word))
    return 0;
  list_name(page, name);
  search->found = 1;
  return 0;
}

static int list_matches(const char *word, int by_expression, const char *section) {
  struct search search = {0, word, 0};
  regex_t expression;

  if (by_expression) {
    int error = regcomp(&expression, word, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    char message[80];

    if (error) {
      regerror(error, &expression, message, sizeof message);
      die(2, "%s: %s", quoted(word), message);
    }
    search.expression = &expression;
  }
  for (size_t i = 0; i < page_count; i++)
    if (in_section(&pages[i], section)) each_name(&pages[i], list_match, &search);
  if (by_expression) regfree(&expression);
  if (search.found) return 0;
  fflush(stdout);
  fprintf(stderr, "%s: nothing appropriate.\n", word);
  return NOTHING_FOUND;
}

/* Standard output goes to a pager, when it is a terminal and there is one. Returns the pager's process. */
static pid_t start_pager(void) {
  const char *pager = getenv("MANPAGER");
  int ends[2];
  pid_t child;

  if (!pager) pager = getenv("PAGER");
  if (!pager || !*pager || !isatty(1)) return 0;
  if (pipe(ends) != 0) die_errno(1, "pipe");
  child = fork();
  if (child < 0) die_errno(1, "fork");
  dup2(ends[child == 0 ? 0 : 1], child == 0 ? 0 : 1);
  close(ends[0]);
  close(ends[1]);
  if (child != 0) return child;
  execlp("sh", "sh", "-c", pager, (char *)0);
  die_errno(127, "sh");
}

int main(int argc, char **argv) {
  static const struct option names[] = {{"apropos", 0, 0, 'k'}, {"whatis", 0, 0, 'f'}, {"sections", 1, 0, 's'}, {0}};
  static const struct command_line line = {"kfs:", names, help, 2};
  const char *section = 0;
  int list = 0, status = 0;

  for (int letter; (letter = next_option(argc, argv, &line)) != -1;)
    if (letter == 's') section = optarg;
    else list = letter;
  if (!section && !list && argc - optind > 1 && argv[optind][0] >= '1' && argv[optind][0] <= '9')
    section = argv[optind++];
  if (optind == argc) {
    fprintf(stderr, list ? "%s what?\n" : "What manual page do you want?\nFor example, try '%s man'.\n", program_name);
    return 1;
  }
  pages = manual_pages(&page_count);
  if (list) {
    for (; optind < argc; optind++) status |= list_matches(argv[optind], list == 'k', section);
    return finish(status);
  }
  /* Two columns less than the terminal has, as man-db leaves. */
  format = (struct page_format){stdout, terminal_width(1) - 2, isatty(1)};
  pid_t pager = start_pager();
  for (; optind < argc; optind++) status |= show_page(argv[optind], section);
  status = finish(status);
  if (pager) {
    fclose(stdout);
    waitpid(pager, 0, 0);
  }
  return status;
}
