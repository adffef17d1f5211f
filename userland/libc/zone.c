/* The zone of TZ: a name of a file, or a rule. (POSIX tzset) */
#include "zone.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const struct zone_type utc = {0, 0, "UTC"};
static char no_name[] = "UTC";
char *tzname[2] = {no_name, no_name};
long timezone;
int daylight;

/* What TZ was when the zone was found; names of earlier zones stay in memory, for dates point to them. */
static char *current;
static enum { ZONE_UTC, ZONE_RULE, ZONE_FILE } kind;
static struct zone {
  struct zone_rule rule;
  char names[2][16];
  struct zone_file file;
} *zone;

static const struct zone_type *type_in_file(const struct zone_file *file, time_t time) {
  size_t low = 0, high = file->change_count;
  if (high && time >= file->changes[high - 1] && file->has_rule) return __apply_zone_rule(&file->rule, time);
  if (!high && file->has_rule) return __apply_zone_rule(&file->rule, time);
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (file->changes[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return &file->types[low ? file->type_of[low - 1] : 0];
}

static void set_names(void) {
  const struct zone_rule *rule = kind == ZONE_RULE                          ? &zone->rule
                                 : kind == ZONE_FILE && zone->file.has_rule ? &zone->file.rule
                                                                            : 0;
  const struct zone_type *standard = rule ? &rule->standard : &utc,
                         *summer = rule && rule->has_summer ? &rule->summer : 0;
  for (size_t i = 0; kind == ZONE_FILE && !rule && i < zone->file.type_count; i++) {
    if (zone->file.types[i].is_dst) summer = &zone->file.types[i];
    else standard = &zone->file.types[i];
  }
  tzname[0] = (char *)standard->name;
  tzname[1] = (char *)(summer ? summer->name : standard->name);
  timezone = -standard->offset;
  daylight = summer != 0;
}

/* What is neither a file nor a rule is universal time, under the letters with which it begins. */
static void set_unknown(const char *name) {
  size_t length = 0;
  while (length < sizeof zone->names[0] - 1 && isalpha((unsigned char)name[length])) length++;
  if (length < 3) length = 0;
  memcpy(zone->names[0], name, length);
  zone->names[0][length] = 0;
  zone->rule = (struct zone_rule){.standard = {0, 0, zone->names[0]}};
}

/* Without TZ the machine's zone holds. A name that is both is a file. */
void tzset(void) {
  const char *text = getenv("TZ"), *name = text ? text : "/etc/localtime";
  if (current && strcmp(current, name) == 0) return;
  free(current);
  current = strdup(name);
  kind = ZONE_UTC;
  zone = malloc(sizeof *zone);
  if (*name == ':') name++;
  if (zone && *name) {
    if (*name != '<' && __load_zone_file(name, &zone->file)) {
      kind = ZONE_FILE;
    } else if (text) {
      if (!__parse_zone_rule(name, &zone->rule, zone->names)) set_unknown(name);
      kind = ZONE_RULE;
    }
  }
  set_names();
}

const struct zone_type *__zone_at(time_t time) {
  tzset();
  return kind == ZONE_FILE   ? type_in_file(&zone->file, time)
         : kind == ZONE_RULE ? __apply_zone_rule(&zone->rule, time)
                             : &utc;
}
