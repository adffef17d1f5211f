/* The client's side of sigma0's protocol. (servers/abi/sigma0.ts; L4 X.0 reference manual, "sigma0") */
#include <l3/memory.h>
#include <l3/sigma0.h>

/* The reply's first word is the flexpage that was given, 0 = none. */
static l3_fpage request(l3_id sigma0, unsigned what, unsigned detail, unsigned size, l3_fpage window) {
  unsigned words[3] = {what, detail, size};
  l3_code code = l3_call(sigma0, L3_SHORT, words, L3_WINDOW(window), L3_NO_TIMEOUTS);

  return l3_error(code) || !(code & L3_CONDITION_MAPPED) ? 0 : words[0];
}

l3_fpage l3_sigma0_page(l3_id sigma0, unsigned log2, l3_fpage window) {
  return request(sigma0, L3_SIGMA0_ANY, 0, log2 == L3_PAGE_LOG2 ? 0 : l3_flexpage(0, log2, 0), window);
}

l3_fpage l3_sigma0_page_at(l3_id sigma0, unsigned address, l3_fpage window) {
  return request(sigma0, address & -L3_PAGE_BYTES, 0, 0, window);
}

l3_fpage l3_sigma0_info_page(l3_id sigma0, l3_fpage window) {
  return request(sigma0, 1, 1, 0, window);
}
