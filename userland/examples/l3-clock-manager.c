/*
 * l3-clock-manager: a memory manager that pages with the clock algorithm.
 *
 * It runs a command, whose programs bind their arenas to it (l3_arena), and serves their page faults from few frames of
 * its own; what does not fit goes to a file. The tutorial in docs/managers.md explains it.
 */
#include <errno.h>
#include <l3.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Pages that may exist, each with its place in the file; a power of two. */
#define PAGES 65536

/* A page of a client: who has it, in which frame it is, and whether the file has a copy. */
struct page {
  l3_id task;
  unsigned data_space, number;
  int frame;
  unsigned char stored, dirty;
};
#define ABSENT (-1)

/* A table by hash: the place of a page in it is its slot in the file, too. */
static struct page pages[PAGES];
static char *frames;
static struct page **residents;
static unsigned hand;

static struct page *find(const struct l3_fault *fault) {
  l3_id task = l3_task_of(fault->client);
  unsigned number = fault->offset / L3_PAGE_BYTES;
  unsigned place = task * 31 + fault->data_space * 4099 + number;

  for (unsigned probe = 0; probe < PAGES; probe++, place++) {
    struct page *page = &pages[place % PAGES];

    if (page->task == L3_NIL) {
      *page = (struct page){task, fault->data_space, number, ABSENT, 0, 0};
      return page;
    }
    if (page->task == task && page->data_space == fault->data_space && page->number == number) return page;
  }
  return 0;
}

static l3_fpage fpage_of(unsigned frame) {
  return l3_page(frames + frame * L3_PAGE_BYTES, L3_FPAGE_WRITE);
}

/* What clients did to a page since it was last asked. */
static unsigned status(unsigned frame, unsigned mask) {
  unsigned bits = l3_unmap(fpage_of(frame), mask);

  if (bits & L3_PAGE_DIRTY) residents[frame]->dirty = 1;
  return bits;
}

/* A frame for a new page: one without a page, or the first that the hand meets and nobody used since it came by. */
static int take_frame(struct l3_manager *manager, unsigned *frame) {
  struct page *page;

  for (;; hand = (hand + 1) % manager->frames)
    if (!residents[hand] || !(status(hand, L3_UNMAP_STATUS) & L3_PAGE_ACCESSED)) break;
  page = residents[hand];
  if (page) {
    status(hand, L3_UNMAP_FLUSH);
    manager->figures.flushes++;
    if (page->dirty) {
      if (l3_store_write(page - pages, frames + hand * L3_PAGE_BYTES) != 0) return -1;
      manager->figures.page_outs++;
      page->stored = 1;
      page->dirty = 0;
    }
    page->frame = ABSENT;
    residents[hand] = 0;
  }
  *frame = hand;
  hand = (hand + 1) % manager->frames;
  return 0;
}

static int fill(struct l3_manager *manager, const struct page *page, unsigned *to) {
  if (page->stored) {
    manager->figures.page_ins++;
    return l3_store_read(page - pages, to);
  }
  manager->figures.zero_fills++;
  for (unsigned i = 0; i < L3_PAGE_BYTES / sizeof *to; i++) to[i] = 0;
  return 0;
}

static l3_fpage serve(struct l3_pager *pager, const struct l3_fault *fault) {
  struct l3_manager *manager = (struct l3_manager *)pager;
  struct page *page = find(fault);
  unsigned frame;

  manager->figures.faults++;
  if (!page) return manager->figures.refused++, L3_REFUSE_NO_MEMORY;
  if (page->frame == ABSENT) {
    if (take_frame(manager, &frame) != 0 || fill(manager, page, (unsigned *)(frames + frame * L3_PAGE_BYTES)) != 0)
      return manager->figures.refused++, L3_REFUSE_IO;
    page->frame = frame;
    residents[frame] = page;
  } else {
    manager->figures.forgotten++;
  }
  return fpage_of(page->frame);
}

static int start(struct l3_manager *manager) {
  frames = mmap(0, manager->frames * L3_PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  residents = calloc(manager->frames, sizeof *residents);
  if (frames == MAP_FAILED || !residents) {
    errno = ENOMEM;
    return -1;
  }
  return l3_store_open(PAGES);
}

int main(int argc, char **argv) {
  struct l3_manager manager = {.pager = {.fault = serve}};

  return l3_manage(&manager, argc, argv, start);
}
