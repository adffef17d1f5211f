/* Data spaces in messages. (kernel/abi/data-space.ts) */
#include <l3/data-space.h>

unsigned l3_data_space_release(l3_id manager, unsigned data_space) {
  unsigned words[3] = {L3_DATA_SPACE_RELEASE, data_space, 0};

  if (l3_error(l3_call(manager, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS))) return L3_REFUSE_MANAGER;
  return words[0];
}
