/* Lines that were typed, remembered across shells in $HISTFILE (~/.sh_history). */
#ifndef HISTORY_H
#define HISTORY_H

#include <stddef.h>

void history_load(void);
void history_save(void);
void history_add(const char *line);
/* Lines count from 0, the oldest. */
size_t history_count(void);
const char *history_line(size_t index);

#endif
