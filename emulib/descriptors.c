/*
 * set_thread_area and get_thread_area: the descriptor-table entries that C libraries use for thread-local storage.
 * Layout of struct user_desc: Linux asm/ldt.h.
 */
#include "emulib.h"

#define FIRST_ENTRY 6
enum {
  SEG_32BIT = 1,
  EXPAND_DOWN = 1 << 1,
  CODE = 1 << 2,
  READ_EXEC_ONLY = 1 << 3,
  LIMIT_IN_PAGES = 1 << 4,
  SEG_NOT_PRESENT = 1 << 5,
  USEABLE = 1 << 6
};
enum {
  DESCRIPTOR_PRESENT = 1,
  DESCRIPTOR_WRITABLE = 2,
  DESCRIPTOR_EXPAND_DOWN = 4,
  DESCRIPTOR_PAGES = 8,
  DESCRIPTOR_AVAILABLE = 16
};
#define FLAG_BITS 0x7f
#define LIMIT_BITS 0xfffff

/* An empty descriptor, as Linux defines it, clears the entry; so does one of zeros. */
static int is_empty(const struct user_desc *d) {
  u32 flags = d->flags & FLAG_BITS;
  return d->base == 0 && d->limit == 0 && (flags == (READ_EXEC_ONLY | SEG_NOT_PRESENT) || flags == 0);
}

/* Linux lets programs have 32-bit data segments that are present. */
static int is_allowed(const struct user_desc *d) {
  return is_empty(d) || (d->flags & (SEG_32BIT | CODE | SEG_NOT_PRESENT)) == SEG_32BIT;
}

static int read_descriptor(struct user_desc *d, u32 address) {
  if (!in_user_space(address, sizeof *d) || copy(d, (void *)address, sizeof *d)) return -EFAULT;
  if (!is_allowed(d)) return -EINVAL;
  d->limit &= LIMIT_BITS;
  return 0;
}

/* Reads a descriptor that must name its entry, for install_descriptor. */
int fetch_descriptor(struct user_desc *d, u32 address) {
  int error = read_descriptor(d, address);

  if (!error && d->entry - FIRST_ENTRY >= TLS_ENTRIES) error = -EINVAL;
  return error;
}

void install_descriptor(const struct user_desc *d) {
  u32 slot = d->entry - FIRST_ENTRY;
  u32 limit = d->flags & LIMIT_IN_PAGES ? d->limit << 12 | 0xfff : d->limit;
  u32 flags = DESCRIPTOR_PRESENT;

  if (!(d->flags & READ_EXEC_ONLY)) flags |= DESCRIPTOR_WRITABLE;
  if (d->flags & EXPAND_DOWN) flags |= DESCRIPTOR_EXPAND_DOWN;
  if (d->flags & LIMIT_IN_PAGES) flags |= DESCRIPTOR_PAGES;
  if (d->flags & USEABLE) flags |= DESCRIPTOR_AVAILABLE;
  if (is_empty(d)) flags = 0;
  set_descriptor(d->entry, d->base, limit, flags);
  if (is_empty(d)) STATE->tls_used &= ~(1u << slot);
  else STATE->tls_used |= 1u << slot;
  STATE->tls[slot].base = d->base;
  STATE->tls[slot].limit = d->limit;
  STATE->tls[slot].flags = d->flags;
}

int set_thread_area(u32 address) {
  struct user_desc d;
  u32 slot;
  int error = read_descriptor(&d, address);

  if (error) return error;
  if (d.entry == (u32)-1) {
    for (slot = 0; slot < TLS_ENTRIES && (STATE->tls_used >> slot & 1); slot++);
    if (slot == TLS_ENTRIES) return -ESRCH;
    d.entry = slot + FIRST_ENTRY;
    if (copy((void *)address, &d.entry, 4)) return -EFAULT;
  }
  if (d.entry - FIRST_ENTRY >= TLS_ENTRIES) return -EINVAL;
  install_descriptor(&d);
  return 0;
}

int get_thread_area(u32 address) {
  struct user_desc d;
  u32 slot;

  if (!in_user_space(address, sizeof d) || copy(&d.entry, (void *)address, 4)) return -EFAULT;
  slot = d.entry - FIRST_ENTRY;
  if (slot >= TLS_ENTRIES) return -EINVAL;
  d.base = STATE->tls[slot].base;
  d.limit = STATE->tls[slot].limit;
  d.flags = STATE->tls[slot].flags;
  return copy((void *)address, &d, sizeof d) ? -EFAULT : 0;
}
