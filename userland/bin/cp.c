/* cp: copies files and trees. (POSIX cp) */
#include <copy.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <tool.h>

static const char help[] =
    "Usage: cp [-adfinpPrRTuv] SOURCE TARGET\n   or: cp [OPTIONS] SOURCE... DIRECTORY\nCopy files.\n"
    "  -r, -R  directories with all that is in them     -p  keep mode, owner and times\n"
    "  -P, -d  symbolic links as links  -L  what they name   -a  same as -dpR\n"
    "  -f  remove a target that cannot be opened   -i  ask before replacing   -n  never replace\n"
    "  -u  only if newer   -v  tell each   -t DIRECTORY   -T  the target is no directory\n";

int main(int argc, char **argv) {
  static const struct option names[] = {{"recursive", 0, 0, 'r'}, {"archive", 0, 0, 'a'},     {"force", 0, 0, 'f'},
                                        {"verbose", 0, 0, 'v'},   {"no-clobber", 0, 0, 'n'},  {"update", 0, 0, 'u'},
                                        {"preserve", 2, 0, 'p'},  {"target-directory", 1, 0, 't'}, {"no-dereference", 0, 0, 'P'},
                                        {"dereference", 0, 0, 'L'}, {"no-target-directory", 0, 0, 'T'}, {"interactive", 0, 0, 'i'}, {0}};
  static const struct command_line line = {"adfinpPLrRTt:uv", names, help, 1};
  struct copy_options options = {0};
  int exact = 0, links = -1;
  const char *directory = 0;
  for (int letter; (letter = next_option(argc, argv, &line)) != -1;) switch (letter) {
      case 'a': options.recursive = options.preserve = links = 1; break;
      case 'd':
      case 'P': links = 1; break;
      case 'L': links = 0; break;
      case 'f': options.force = 1; break;
      case 'i':
        options.ask = 1;
        options.noClobber = 0;
        break;
      case 'n':
        options.noClobber = 1;
        options.ask = 0;
        break;
      case 'p': options.preserve = 1; break;
      case 'r':
      case 'R': options.recursive = 1; break;
      case 'T': exact = 1; break;
      case 't': directory = optarg; break;
      case 'u': options.update = 1; break;
      default: options.verbose = 1;
    }
  /* A tree is copied with its links; a single file is what it names. */
  options.keepLinks = links < 0 ? options.recursive : links;
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
    if (!exact && is_directory(last)) {
      directory = last;
      argc--;
    } else if (count > 2) {
      if (exact) {
        complain("extra operand %s", quoted(argv[optind + 2]));
        usage_error(1);
      }
      die(1, "target %s: %s", quoted(last), "No such file or directory");
    } else {
      return finish(!copy_tree(argv[optind], last, &options));
    }
  }
  int status = 0;
  for (; optind < argc; optind++) {
    char *name = last_component(argv[optind]);
    int isDots = strcmp(name, "..") == 0;
    char *target = isDots ? must_strdup(directory) : join_path(directory, name);
    if (!copy_tree(argv[optind], target, &options)) status = 1;
    free(name);
    free(target);
  }
  return finish(status);
}
