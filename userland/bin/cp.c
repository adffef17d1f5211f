/* cp: copies files and trees. (POSIX cp) */
#include <copy.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <tool.h>
#include <unistd.h>

static const char help[] =
    "Usage: cp [-adfHilLnpPrRsTuvx] SOURCE TARGET\n   or: cp [OPTIONS] SOURCE... DIRECTORY\nCopy files.\n"
    "  -r, -R  directories with all that is in them   -p  keep mode, owner and times\n"
    "  -P  symbolic links as links   -d  and hard links too   -L  what they name   -H  so for operands   -a  same as -dR --preserve=all\n"
    "  --preserve, --no-preserve=LIST  of mode, ownership, timestamps, links, all   -l, -s  hard, symbolic links instead of copies\n"
    "  -f  remove a target that cannot be opened   --remove-destination  any target   -i  ask before replacing   -n  never replace\n"
    "  -u  only if newer   -x  no other file systems   -v  tell each   -t DIRECTORY   -T  the target is no directory\n"
    "  --parents  with the directories of the source's name   --attributes-only  no content\n";

/* Sets or clears what a list of attributes names. Security contexts and extended attributes there are none. */
static void set_kept(struct copy_options *options, const char *list, int value) {
  for (const char *at = list; *at;) {
    size_t length = strcspn(at, ",");
    const struct {
      const char *name;
      int *kept[4];
    } attributes[] = {
        {"mode", {&options->keep_mode}},
        {"ownership", {&options->keep_owner}},
        {"timestamps", {&options->keep_times}},
        {"links", {&options->keep_hard_links}},
        {"all", {&options->keep_mode, &options->keep_owner, &options->keep_times, &options->keep_hard_links}},
        {"context", {0}},
        {"xattr", {0}}};
    int known = 0;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
      if (strlen(attributes[i].name) != length || strncmp(attributes[i].name, at, length)) continue;
      known = 1;
      for (int k = 0; k < 4 && attributes[i].kept[k]; k++) *attributes[i].kept[k] = value;
    }
    if (!known) {
      complain("invalid argument %s for '--%spreserve'", quoted(must_format("%.*s", (int)length, at)),
               value ? "" : "no-");
      usage_error(1);
    }
    at += length + (at[length] == ',');
  }
}

/* Makes the directories of `path` below `directory`, with the modes of those they are named after. */
static int make_parents(const char *directory, const char *path) {
  for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    char *from = must_format("%.*s", (int)(slash - path), path), *to = join_path(directory, from);
    struct stat info;
    int ok = stat(from, &info) == 0;
    if (!ok) complain_errno("cannot stat %s", quoted(from));
    if (ok && !is_directory(to) && mkdir(to, info.st_mode & 07777)) {
      complain_errno("cannot make directory %s", quoted(to));
      ok = 0;
    }
    free(from);
    free(to);
    if (!ok) return 0;
  }
  return 1;
}

int main(int argc, char **argv) {
  enum {
    LONG_PRESERVE = 256,
    LONG_NO_PRESERVE,
    LONG_PARENTS,
    LONG_REMOVE,
    LONG_ATTRIBUTES_ONLY,
    LONG_STRIP,
    LONG_NOTHING
  };
  static const struct option names[] = {{"recursive", 0, 0, 'r'},
                                        {"archive", 0, 0, 'a'},
                                        {"force", 0, 0, 'f'},
                                        {"verbose", 0, 0, 'v'},
                                        {"no-clobber", 0, 0, 'n'},
                                        {"update", 0, 0, 'u'},
                                        {"preserve", 2, 0, LONG_PRESERVE},
                                        {"target-directory", 1, 0, 't'},
                                        {"no-dereference", 0, 0, 'P'},
                                        {"dereference", 0, 0, 'L'},
                                        {"no-target-directory", 0, 0, 'T'},
                                        {"interactive", 0, 0, 'i'},
                                        {"no-preserve", 1, 0, LONG_NO_PRESERVE},
                                        {"parents", 0, 0, LONG_PARENTS},
                                        {"remove-destination", 0, 0, LONG_REMOVE},
                                        {"attributes-only", 0, 0, LONG_ATTRIBUTES_ONLY},
                                        {"strip-trailing-slashes", 0, 0, LONG_STRIP},
                                        {"link", 0, 0, 'l'},
                                        {"symbolic-link", 0, 0, 's'},
                                        {"one-file-system", 0, 0, 'x'},
                                        {"reflink", 2, 0, LONG_NOTHING},
                                        {"sparse", 1, 0, LONG_NOTHING},
                                        {0}};
  static const struct command_line line = {"adfHilnpPLrRsTt:uvx", names, help, 1};
  struct copy_options options = {0};
  int exact = 0, links = -1, parents = 0, strip = 0;
  const char *directory = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'a':
        options.recursive = links = 1;
        set_kept(&options, "all", 1);
        break;
      case 'd':
        links = 1;
        set_kept(&options, "links", 1);
        break;
      case 'H':
        links = 1;
        options.follow_operands = 1;
        break;
      case 'P':
        links = 1;
        options.follow_operands = 0;
        break;
      case 'L': links = 0; break;
      case 'l': options.make_hard_links = 1; break;
      case 's': options.make_symbolic_links = 1; break;
      case 'x': options.one_device = 1; break;
      case LONG_PRESERVE: set_kept(&options, optarg ? optarg : "mode,ownership,timestamps", 1); break;
      case LONG_NO_PRESERVE:
        set_kept(&options, optarg, 0);
        options.new_modes |= strstr(optarg, "mode") || strstr(optarg, "all");
        break;
      case LONG_PARENTS: parents = 1; break;
      case LONG_REMOVE: options.remove_first = 1; break;
      case LONG_ATTRIBUTES_ONLY: options.attributes_only = 1; break;
      case LONG_STRIP: strip = 1; break;
      case LONG_NOTHING: break; /* how blocks are shared or left out is the file system's matter */
      case 'f': options.force = 1; break;
      case 'i':
        options.ask = 1;
        options.no_clobber = 0;
        break;
      case 'n':
        options.no_clobber = 1;
        options.ask = 0;
        break;
      case 'p': set_kept(&options, "mode,ownership,timestamps", 1); break;
      case 'r':
      case 'R': options.recursive = 1; break;
      case 'T': exact = 1; break;
      case 't': directory = optarg; break;
      case 'u': options.update = 1; break;
      default: options.verbose = 1;
    }
  /* A tree is copied with its links; a single file is what it names. */
  options.keep_links = links < 0 ? options.recursive : links;
  if (strip)
    for (int i = optind; i < argc; i++)
      for (size_t end = strlen(argv[i]); end > 1 && argv[i][end - 1] == '/'; end--) argv[i][end - 1] = 0;
  int count = argc - optind;
  if (count < 1) {
    complain("missing file operand");
    usage_error(1);
  }
  if (!directory && count < 2) {
    complain("missing destination file operand after %s", quoted(argv[optind]));
    usage_error(1);
  }
  if (!directory) {
    const char *last = argv[argc - 1];
    if (parents && !is_directory(last)) {
      complain("with --parents, the destination must be a directory");
      usage_error(1);
    }
    if (!exact && is_directory(last)) {
      directory = last;
      argc--;
    } else if (count > 2) {
      if (exact) {
        complain("extra operand %s", quoted(argv[optind + 2]));
        usage_error(1);
      }
      die(1, "target %s: %s", quoted(last), access(last, F_OK) ? "No such file or directory" : "Not a directory");
    } else {
      return finish(!copy_tree(argv[optind], last, &options));
    }
  }
  int status = 0;
  for (; optind < argc; optind++) {
    char *name = last_component(argv[optind]);
    int is_dots = strcmp(name, "..") == 0;
    char *target = is_dots ? must_strdup(directory) : join_path(directory, parents ? argv[optind] : name);
    if (parents && !make_parents(directory, argv[optind])) status = 1;
    else if (!copy_tree(argv[optind], target, &options)) status = 1;
    free(name);
    free(target);
  }
  return finish(status);
}
