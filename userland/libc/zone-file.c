/*
 * Files of time zones, each on its own in /usr/share/zoneinfo, or all in one file `tzdata` there: a header, an index of
 * names, and the files one after the other, as in Android. (RFC 8536)
 */
#include "zone.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/usr/share/zoneinfo/"
#define HEADER 44
#define ARCHIVE_HEADER 24
#define ARCHIVE_ENTRY 52
#define ARCHIVE_NAME 40
#define LARGEST (1 << 20)

struct bytes {
  const unsigned char *at;
  size_t size;
};

static uint32_t number32(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t number64(const unsigned char *at) {
  return (int64_t)((uint64_t)number32(at) << 32 | number32(at + 4));
}

/* Reads a file as a whole, into allocated memory with a NUL behind it. */
static unsigned char *read_file(const char *path, size_t *size) {
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  unsigned char *content = 0;
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size < LARGEST &&
      (content = malloc((size_t)info.st_size + 1))) {
    *size = 0;
    for (ssize_t count;
         *size < (size_t)info.st_size && (count = read(fd, content + *size, (size_t)info.st_size - *size)) > 0;)
      *size += (size_t)count;
    content[*size] = 0;
  }
  close(fd);
  return content;
}

/* Counts of a header, and the size of the data behind it. */
struct header {
  size_t utc_count, standard_count, leap_count, change_count, type_count, name_bytes, size;
};

static int read_header(struct bytes file, size_t time_size, struct header *header) {
  if (file.size < HEADER || memcmp(file.at, "TZif", 4)) return 0;
  size_t *counts[] = {&header->utc_count,    &header->standard_count, &header->leap_count,
                      &header->change_count, &header->type_count,     &header->name_bytes};
  for (int i = 0; i < 6; i++) {
    *counts[i] = number32(file.at + 20 + 4 * i);
    if (*counts[i] > LARGEST) return 0;
  }
  header->size = header->change_count * (time_size + 1) + header->type_count * 6 + header->name_bytes +
                 header->leap_count * (time_size + 4) + header->standard_count + header->utc_count;
  return header->size <= file.size - HEADER && header->type_count > 0;
}

static int read_data(struct bytes file, size_t time_size, const struct header *header, struct zone_file *zone) {
  const unsigned char *times = file.at + HEADER, *kinds = times + header->change_count * time_size,
                      *types = kinds + header->change_count;
  const char *names = (const char *)types + header->type_count * 6;
  zone->change_count = header->change_count;
  zone->type_count = header->type_count;
  zone->changes = malloc((header->change_count + 1) * sizeof *zone->changes);
  zone->type_of = malloc(header->change_count + 1);
  zone->types = malloc(header->type_count * sizeof *zone->types);
  if (!zone->changes || !zone->type_of || !zone->types) return 0;
  for (size_t i = 0; i < header->change_count; i++) {
    zone->changes[i] = time_size == 8 ? number64(times + i * 8) : (int32_t)number32(times + i * 4);
    zone->type_of[i] = kinds[i];
    if (kinds[i] >= header->type_count || (i && zone->changes[i] <= zone->changes[i - 1])) return 0;
  }
  for (size_t i = 0; i < header->type_count; i++) {
    const unsigned char *type = types + i * 6;
    if (type[5] >= header->name_bytes || !memchr(names + type[5], 0, header->name_bytes - type[5])) return 0;
    zone->types[i] = (struct zone_type){(int32_t)number32(type), type[4] != 0, names + type[5]};
  }
  return 1;
}

/* The file must stay in memory: names point into it. A second version has times of 64 bits and a rule behind them. */
static int read_zone(struct bytes file, struct zone_file *zone) {
  struct header header;
  *zone = (struct zone_file){0};
  int is_later = file.size > 4 && file.at[4] >= '2';
  /* The first version's part may be empty where there is a second. */
  if (!read_header(file, 4, &header) && !(is_later && header.type_count == 0)) return 0;
  if (!is_later) return read_data(file, 4, &header, zone);
  file = (struct bytes){file.at + HEADER + header.size, file.size - HEADER - header.size};
  if (!read_header(file, 8, &header) || !read_data(file, 8, &header, zone)) return 0;
  const char *rule = (const char *)file.at + HEADER + header.size, *end = (const char *)file.at + file.size;
  const char *last = rule < end && *rule == '\n' ? memchr(rule + 1, '\n', (size_t)(end - rule - 1)) : 0;
  if (!last) return 0;
  char text[80];
  size_t length = (size_t)(last - rule - 1);
  if (length >= sizeof text) return 0;
  memcpy(text, rule + 1, length);
  text[length] = 0;
  zone->has_rule = length > 0 && __parse_zone_rule(text, &zone->rule, zone->rule_names);
  return 1;
}

/* The part of the archive that has this name. */
static struct bytes find_in_archive(struct bytes archive, const char *name) {
  const struct bytes none = {0};
  if (archive.size < ARCHIVE_HEADER || memcmp(archive.at, "tzdata", 6)) return none;
  size_t index = number32(archive.at + 12), data = number32(archive.at + 16);
  if (index > data || data > archive.size) return none;
  for (size_t at = index; at + ARCHIVE_ENTRY <= data; at += ARCHIVE_ENTRY) {
    if (strncmp((const char *)archive.at + at, name, ARCHIVE_NAME)) continue;
    size_t start = data + number32(archive.at + at + ARCHIVE_NAME), size = number32(archive.at + at + ARCHIVE_NAME + 4);
    if (start > archive.size || size > archive.size - start) return none;
    return (struct bytes){archive.at + start, size};
  }
  return none;
}

static int load_archive(const char *name, struct zone_file *zone) {
  size_t size;
  unsigned char *content = read_file(FOLDER "tzdata", &size);
  if (!content) return 0;
  struct bytes part = find_in_archive((struct bytes){content, size}, name);
  unsigned char *copy = part.at ? malloc(part.size + 1) : 0;
  if (copy) memcpy(copy, part.at, part.size);
  free(content);
  return copy && read_zone((struct bytes){copy, part.size}, zone);
}

int __load_zone_file(const char *name, struct zone_file *zone) {
  char path[256];
  size_t size;
  if (!*name || strlen(name) + sizeof FOLDER > sizeof path || strstr(name, "..")) return 0;
  strcpy(path, *name == '/' ? "" : FOLDER);
  strcat(path, name);
  unsigned char *content = read_file(path, &size);
  if (content) return read_zone((struct bytes){content, size}, zone);
  return *name != '/' && load_archive(name, zone);
}
