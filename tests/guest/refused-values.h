/*
 * The calls of refused-values.c, and for each kind of argument a good value, the first, and bad ones. Calls are left
 * out that end or hold the caller or change the host.
 */
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

enum { ARGUMENTS = 6, VALUES = 14, NAME_LENGTH = 300, PATH_LENGTH = 5000, PAGE = 4096 };

struct value {
  const char *name;
  uint32_t value;
};

struct kind {
  const char *name;
  struct value values[VALUES];
};

struct call {
  const char *name;
  int nr;
  const struct kind *arguments[ARGUMENTS];
};

/* Descriptors at fixed numbers. */
enum {
  FILE_FD = 10,
  DIRECTORY_FD,
  READ_END,
  WRITE_END,
  PATH_FD,
  READ_ONLY,
  WRITE_ONLY,
  NULL_FD,
  APPEND_FD,
  CLOSED_FD = 77
};
/* Three pages: one that can only be read, one without access, one that can be written and is followed by nothing. */
#define PAGES 0x30000000u
#define READABLE PAGES
#define NO_ACCESS (PAGES + PAGE)
#define WRITABLE (PAGES + 2 * PAGE)
#define UNMAPPED (PAGES + 3 * PAGE)

/* Room for what calls store, and zeros for what they read; nothing is mapped behind. */
#define BUFFER 0x31000000u
#define BUFFER_SIZE 65536

#define ADDRESS(object) (uint32_t)(object)

static char long_name[NAME_LENGTH + 1], long_path[PATH_LENGTH + 1];
static struct {
  int32_t seconds, fraction;
} bad_fraction[2] = {{0, 1000000000}, {0, -1}}, negative_time[2] = {{-1, 0}, {-1, 0}};
static struct {
  int64_t seconds, fraction;
} bad_fraction64[2] = {{0, 1000000000}, {0, -1}}, negative_time64[2] = {{-1, 0}, {-1, 0}};
static int64_t negative_offset = -1;
static struct {
  uint32_t soft, hard;
} soft_above_hard = {2, 1};
static struct {
  uint64_t soft, hard;
} soft_above_hard64 = {2, 1};
static struct {
  uint32_t base, length;
} bad_part[1] = {{8, 4}}, long_part[1] = {{BUFFER, 0x80000000u}}, part[1] = {{BUFFER, 4}};
static uint32_t small_stack[3] = {BUFFER, 0, 16};
static uint32_t pointer_and_size[2] = {8, 8};

#define KIND(name, label, ...) static const struct kind name = {label, {__VA_ARGS__}}

KIND(FD, "fd", {"file", FILE_FD}, {"-1", -1}, {"closed", CLOSED_FD}, {"2^31", 0x80000000u}, {"directory", DIRECTORY_FD},
     {"read end", READ_END}, {"write end", WRITE_END}, {"path", PATH_FD}, {"read-only", READ_ONLY},
     {"write-only", WRITE_ONLY}, {"null", NULL_FD}, {"append", APPEND_FD});
KIND(FD2, "fd2", {"file", FILE_FD}, {"-1", -1}, {"closed", CLOSED_FD}, {"directory", DIRECTORY_FD},
     {"read end", READ_END}, {"write end", WRITE_END}, {"path", PATH_FD}, {"read-only", READ_ONLY},
     {"write-only", WRITE_ONLY}, {"append", APPEND_FD});
/* For calls that give a descriptor another number: -2 is no number, 2000000000 is above the limit. */
KIND(NEW_FD, "new fd", {"free", 20}, {"-1", -1}, {"same", FILE_FD}, {"2000000000", 2000000000});
KIND(LIST_FD, "fd", {"directory", DIRECTORY_FD}, {"-1", -1}, {"closed", CLOSED_FD}, {"file", FILE_FD},
     {"pipe", READ_END}, {"path", PATH_FD});
KIND(PIPE_FD, "fd", {"read end", READ_END}, {"-1", -1}, {"closed", CLOSED_FD}, {"file", FILE_FD},
     {"directory", DIRECTORY_FD}, {"path", PATH_FD});
KIND(AT_FD, "dirfd", {"here", AT_FDCWD}, {"-1", -1}, {"closed", CLOSED_FD}, {"file", FILE_FD}, {"path", PATH_FD},
     {"pipe", READ_END});
KIND(AT_FD2, "dirfd2", {"here", AT_FDCWD}, {"-1", -1}, {"closed", CLOSED_FD}, {"file", FILE_FD}, {"pipe", READ_END});

#define BAD_PATHS                                                                                                    \
  {"null", 0}, {"bad", 8}, {"high", -8}, {"empty", ADDRESS("")}, {"absent", ADDRESS("absent")},                      \
      {"below a file", ADDRESS("file/x")}, {"below absent", ADDRESS("absent/x")}, {"long name", ADDRESS(long_name)}, \
      {"long path", ADDRESS(long_path)}, {                                                                           \
    "loop", ADDRESS("loop/x")                                                                                        \
  }
KIND(PATH, "path", {"file", ADDRESS("file")}, BAD_PATHS, {"directory", ADDRESS("directory")},
     {"slash", ADDRESS("file/")}, {"root", ADDRESS("/")});
/* Newer Linux takes a null path for an empty one. */
KIND(GIVEN_PATH, "path", {"file", ADDRESS("file")}, {"bad", 8}, {"empty", ADDRESS("")}, {"absent", ADDRESS("absent")},
     {"long path", ADDRESS(long_path)});
KIND(DIRECTORY, "path", {"directory", ADDRESS("directory")}, BAD_PATHS, {"file", ADDRESS("file")},
     {"dot", ADDRESS("directory/.")}, {"root", ADDRESS("/")});
KIND(LINK, "path", {"link", ADDRESS("link")}, BAD_PATHS, {"file", ADDRESS("file")}, {"slash", ADDRESS("link/")});
#define NEW_PATHS                                                                                                   \
  {"null", 0}, {"bad", 8}, {"empty", ADDRESS("")}, {"there", ADDRESS("file")}, {"below a file", ADDRESS("file/x")}, \
      {"below absent", ADDRESS("absent/x")}, {"long name", ADDRESS(long_name)}, {"long path", ADDRESS(long_path)},  \
      {"directory", ADDRESS("directory")}, {"slash", ADDRESS("new/")}, {"dot", ADDRESS("directory/.")}, {           \
    "root", ADDRESS("/")                                                                                            \
  }
KIND(NEW, "new path", {"new", ADDRESS("new")}, NEW_PATHS);
KIND(TEXT, "text", {"text", ADDRESS("text")}, {"null", 0}, {"bad", 8}, {"empty", ADDRESS("")},
     {"long path", ADDRESS(long_path)});

KIND(OUT, "out", {"buffer", BUFFER}, {"null", 0}, {"bad", 8}, {"high", -8}, {"readable", READABLE},
     {"no access", NO_ACCESS}, {"cut", UNMAPPED - 1});
KIND(OUT2, "out2", {"buffer", BUFFER + 8192}, {"null", 0}, {"bad", 8}, {"readable", READABLE}, {"cut", UNMAPPED - 1});
KIND(OUT3, "out3", {"buffer", BUFFER + 16384}, {"null", 0}, {"bad", 8}, {"readable", READABLE});
KIND(IN, "in", {"buffer", BUFFER}, {"null", 0}, {"bad", 8}, {"high", -8}, {"no access", NO_ACCESS},
     {"cut", UNMAPPED - 1});
KIND(TIMES, "times", {"zero", BUFFER}, {"null", 0}, {"bad", 8}, {"cut", UNMAPPED - 4},
     {"fraction", ADDRESS(bad_fraction)}, {"negative", ADDRESS(negative_time)});
KIND(TIMES64, "times", {"zero", BUFFER}, {"null", 0}, {"bad", 8}, {"cut", UNMAPPED - 4},
     {"fraction", ADDRESS(bad_fraction64)}, {"negative", ADDRESS(negative_time64)});
KIND(TIMEOUT, "timeout", {"zero", BUFFER + 1024}, {"bad", 8}, {"cut", UNMAPPED - 4},
     {"fraction", ADDRESS(bad_fraction)}, {"negative", ADDRESS(negative_time)});
/* More than a million microseconds are well for select. */
KIND(TIMEVAL, "timeout", {"zero", BUFFER + 1024}, {"bad", 8}, {"cut", UNMAPPED - 4},
     {"negative", ADDRESS(negative_time)});
KIND(TIMEOUT64, "timeout", {"zero", BUFFER + 1024}, {"bad", 8}, {"cut", UNMAPPED - 4},
     {"fraction", ADDRESS(bad_fraction64)}, {"negative", ADDRESS(negative_time64)});
KIND(OFFSET, "offset", {"null", 0}, {"bad", 8}, {"readable", READABLE}, {"negative", ADDRESS(&negative_offset)});
KIND(OFFSET2, "offset2", {"null", 0}, {"bad", 8}, {"negative", ADDRESS(&negative_offset)});
KIND(LIMIT, "limit", {"null", 0}, {"bad", 8}, {"soft above hard", ADDRESS(&soft_above_hard64)});
KIND(LIMIT32, "limit", {"soft above hard", ADDRESS(&soft_above_hard)}, {"null", 0}, {"bad", 8});
KIND(VECTOR, "vector", {"part", ADDRESS(part)}, {"null", 0}, {"bad", 8}, {"bad part", ADDRESS(bad_part)},
     {"long part", ADDRESS(long_part)}, {"cut", UNMAPPED - 4});
KIND(PARTS, "parts", {"1", 1}, {"0", 0}, {"-1", -1}, {"1025", 1025});
KIND(SET, "set", {"null", 0}, {"bad", 8}, {"readable", READABLE});
KIND(MASK_POINTER, "mask", {"null", 0}, {"bad", 8}, {"of a bad one", ADDRESS(pointer_and_size)});

KIND(COUNT, "count", {"4", 4}, {"0", 0}, {"-1", -1}, {"2^31", 0x80000000u});
KIND(SMALL, "count", {"4", 4}, {"0", 0});
KIND(SIZE, "size", {"4096", 4096}, {"0", 0}, {"1", 1}, {"-1", -1});
KIND(ANY_LOW, "low", {"0", 0});
KIND(HIGH, "high", {"0", 0}, {"negative", -1});
KIND(POSITION_HIGH, "high", {"0", 0}, {"negative", -1}, {"large", 0x7fffffff});
KIND(LENGTH_HIGH, "length high", {"0", 0}, {"negative", -1});
KIND(LENGTH, "length", {"4096", 4096}, {"0", 0}, {"negative", -1}, {"odd", 100});
KIND(OLD_LENGTH, "offset", {"0", 0}, {"negative", -1});
KIND(FLAGS, "flags", {"none", 0}, {"unknown", 0x40000000}, {"all", -1});
KIND(AT_FLAGS, "flags", {"none", 0}, {"unknown", 0x40000000}, {"1", 1}, {"nofollow", 0x100}, {"0x200", 0x200},
     {"follow", 0x400}, {"empty path", 0x1000}, {"all", -1});
KIND(RENAME_FLAGS, "flags", {"none", 0}, {"unknown", 0x40000000}, {"noreplace", 1}, {"both", 3});
KIND(OPEN_FLAGS, "flags", {"none", 0}, {"unknown", 0x40000000}, {"3", 3}, {"directory", 0x10000},
     {"create, exclusive", 0xc0}, {"temporary, reading", 0x410000}, {"create, directory", 0x10040},
     {"path, write", 0x200001}, {"nofollow", 0x20000}, {"write", 1}, {"truncate", 0x200});
KIND(FD_FLAGS, "flags", {"none", 0}, {"unknown", 0x40000000}, {"nonblock", 0x800}, {"1", 1},
     {"close on exec", 0x80000});
KIND(MODE, "mode", {"0644", 0644}, {"bits", -1});
KIND(ACCESS_MODE, "mode", {"exists", 0}, {"8", 8}, {"-1", -1}, {"execute", 1});
KIND(NODE_MODE, "mode", {"regular", 0100644}, {"directory", 040644}, {"bad type", 0110644}, {"link", 0120644},
     {"no type", 0644});
KIND(ID, "id", {"0", 0}, {"-1", -1});
KIND(ID2, "id2", {"0", 0}, {"-1", -1});
KIND(WHENCE, "whence", {"set", 0}, {"5", 5}, {"-1", -1}, {"data", 3}, {"hole", 4}, {"end", 2});
KIND(PROCESS, "pid", {"self", 0}, {"none", 0x7ffffff}, {"negative", -0x7ffff0}, {"least", 0x80000000u});
KIND(PROCESS2, "pgid", {"0", 0}, {"none", 0x7ffffff}, {"negative", -0x7ffff0});
KIND(CHILD, "pid", {"none", 0x7ffffff}, {"any", -1}, {"least", 0x80000000u});
KIND(SIGNAL, "signal", {"0", 0}, {"65", 65}, {"-1", -1});
KIND(ACTION_SIGNAL, "signal", {"10", 10}, {"0", 0}, {"65", 65}, {"-1", -1}, {"KILL", 9}, {"STOP", 19});
KIND(ACTION, "action", {"null", 0}, {"bad", 8}, {"zero", BUFFER}, {"cut", UNMAPPED - 4});
KIND(SET_SIZE, "size", {"8", 8}, {"4", 4}, {"0", 0}, {"128", 128});
KIND(HOW, "how", {"block", 0}, {"3", 3}, {"-1", -1});
KIND(WHICH, "which", {"0", 0}, {"3", 3}, {"-1", -1});
KIND(WHO, "who", {"self", 0}, {"2", 2}, {"-3", -3});
KIND(RESOURCE, "resource", {"core", 4}, {"16", 16}, {"-1", -1});
KIND(PRIORITY, "priority", {"0", 0}, {"100", 100});
KIND(POLICY, "policy", {"other", 0}, {"4", 4}, {"-1", -1}, {"fifo", 1}, {"99", 99});
KIND(CLOCK, "clock", {"real", 0}, {"monotonic", 1}, {"process", 2}, {"thread", 3}, {"raw", 4}, {"coarse", 5},
     {"boot", 7}, {"10", 10}, {"99", 99});
KIND(ADVICE, "advice", {"normal", 0}, {"6", 6}, {"7", 7}, {"77", 77}, {"-1", -1}, {"dontneed", 4}, {"dontfork", 10},
     {"wipe", 18});
KIND(FILE_ADVICE, "advice", {"normal", 0}, {"6", 6}, {"-1", -1});
KIND(OPERATION, "operation", {"unlock", 8}, {"0", 0}, {"99", 99}, {"shared, exclusive", 3}, {"-1", -1},
     {"not blocking", 4});
KIND(AREA, "address", {"pages", PAGES}, {"odd", PAGES + 1}, {"unmapped", UNMAPPED}, {"partly", WRITABLE}, {"null", 0});
KIND(AREA_LENGTH, "length", {"2 pages", 2 * PAGE}, {"0", 0}, {"1", 1});
KIND(ANYWHERE, "address", {"free", 0x40000000}, {"odd", PAGES + 1}, {"taken", PAGES}, {"high", 0xfffff000u});
KIND(PROTECTION, "protection", {"read", 1}, {"write", 3}, {"unknown", 0x40}, {"grows", 0x3000000}, {"-1", -1},
     {"grows down", 0x1000000});
KIND(MAP_FLAGS, "flags", {"private, anonymous", 0x22}, {"neither", 0x20}, {"both", 0x23}, {"private", 2}, {"shared", 1},
     {"fixed", 0x32}, {"no replace", 0x100022}, {"unknown", 0x40000002}, {"validate, unknown", 0x40000003},
     {"validate", 3});
KIND(REMAP_FLAGS, "flags", {"may move", 1}, {"0", 0}, {"unknown", 0x40000000}, {"fixed", 2}, {"fixed, may move", 3},
     {"keep", 4}, {"keep, move", 5});
KIND(SYNC_FLAGS, "flags", {"async", 1}, {"0", 0}, {"both", 5}, {"unknown", 8}, {"invalidate", 2});
KIND(LOCK_FLAGS, "flags", {"0", 0}, {"on fault", 1}, {"2", 2}, {"-1", -1});
KIND(LOCK_ALL_FLAGS, "flags", {"current", 1}, {"0", 0}, {"on fault", 4}, {"8", 8}, {"-1", -1});
KIND(WAIT_OPTIONS, "options", {"none", 1}, {"unknown", 0x100}, {"exited", 4}, {"nowait", 0x01000001}, {"-1", -1});
KIND(ID_TYPE, "type", {"all", 0}, {"pid", 1}, {"group", 2}, {"4", 4}, {"-1", -1});
KIND(COMMAND, "command", {"getfl", 3}, {"dupfd", 0}, {"setfl", 4}, {"getlk", 5}, {"setlk", 6}, {"getlk64", 12},
     {"setlk64", 13}, {"pipe size", 1032}, {"99", 99}, {"-1", -1}, {"getown", 9}, {"ofd getlk", 36}, {"ofd setlk", 37},
     {"set pipe size", 1031});
KIND(COMMAND_ARGUMENT, "argument", {"buffer", BUFFER}, {"0", 0}, {"-1", -1}, {"8", 8}, {"readable", READABLE});
KIND(CONTROL, "command", {"FIONREAD", 0x541b}, {"0", 0}, {"99", 99}, {"TCGETS", 0x5401}, {"TCSETS", 0x5402},
     {"FIONBIO", 0x5421}, {"TIOCGWINSZ", 0x5413}, {"TIOCSPGRP", 0x5410}, {"FIOASYNC", 0x5452}, {"FIGETBSZ", 2},
     {"FIOQSIZE", 0x5460});
KIND(FALLOCATE_MODE, "mode", {"0", 0}, {"keep size", 1}, {"punch", 2}, {"unknown", 0x4000}, {"collapse, zero", 0x18},
     {"-1", -1});
KIND(RANGE_FLAGS, "flags", {"0", 0}, {"8", 8}, {"-1", -1}, {"all", 7});
KIND(RANDOM_FLAGS, "flags", {"0", 0}, {"8", 8}, {"-1", -1}, {"random, insecure", 6});
KIND(FIRST, "first", {"50", 50}, {"-1", -1});
KIND(LAST, "last", {"60", 60}, {"0", 0});
KIND(RANGE_CLOSE_FLAGS, "flags", {"0", 0}, {"1", 1}, {"8", 8}, {"-1", -1});
KIND(FIELDS, "mask", {"basic", 0x7ff}, {"0", 0}, {"reserved", 0x80000000u});
KIND(STAT_FLAGS, "flags", {"none", 0}, {"unknown", 0x40000000}, {"sync", 0x6000}, {"0x200", 0x200},
     {"empty path", 0x1000}, {"no automount", 0x800});
KIND(GROUPS, "count", {"0", 0}, {"-1", -1}, {"70000", 70000}, {"1", 1});
KIND(STATFS_SIZE, "size", {"84", 84}, {"88", 88}, {"0", 0});
KIND(STACK, "stack", {"null", 0}, {"bad", 8}, {"small", ADDRESS(small_stack)}, {"cut", UNMAPPED - 4});
KIND(FDS, "fds", {"buffer", BUFFER}, {"null", 0}, {"bad", 8}, {"cut", UNMAPPED - 4});
KIND(FD_COUNT, "count", {"1", 1}, {"0", 0}, {"-1", -1}, {"10000000", 10000000});
KIND(SELECT_COUNT, "count", {"8", 8}, {"0", 0}, {"-1", -1});
KIND(PROCTIME, "time", {"0", 0});
KIND(SLEEP_FLAGS, "flags", {"0", 0}, {"unknown", 0x40000000}, {"absolute", 1});
KIND(INFO, "info", {"user", BUFFER}, {"null", 0}, {"bad", 8}, {"cut", UNMAPPED - 4});
KIND(OPTION, "option", {"get name", 16}, {"set name", 15}, {"get death signal", 2}, {"0", 0}, {"-1", -1}, {"99", 99});
KIND(NUMBER, "number", {"0", 0});
KIND(DEVICE, "device", {"0", 0});

static const struct call calls[] = {
#define CALL(name, ...) {#name, SYS_##name, {__VA_ARGS__}},
#include "refused-values-calls.h"
    {0, 0, {0}},
};

static int count_values(const struct kind *kind) {
  int count = 0;

  while (count < VALUES && kind->values[count].name) count++;
  return count;
}
