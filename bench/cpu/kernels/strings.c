/* String functions of the C library: strlen, strchr, strcmp, strstr, strtok, snprintf, strtol. */
#include "kernel.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t operation(void) {
  char text[4096], word[32];
  char *place = text, *rest;
  uint32_t seed = 5, sum = 0;
  size_t used = 0;

  text[0] = 0;
  for (int i = 0; i < 200; i++) used += snprintf(text + used, sizeof text - used, "%s%d:%x", i ? " " : "", i, next_random(&seed) >> 12);
  snprintf(word, sizeof word, "%d:", 150);
  sum = mix(sum, strstr(text, word) - text);
  for (char *token = strtok_r(place, " ", &rest); token; token = strtok_r(NULL, " ", &rest)) {
    char *colon = strchr(token, ':');

    sum = mix(sum, strlen(token) + strtol(token, NULL, 10) + strtol(colon + 1, NULL, 16));
    if (strcmp(token, word) > 0) memmove(word, token, colon - token + 1);
  }
  return sum;
}
