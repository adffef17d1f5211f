/*
 * l3-document: hands a document from process to process without copying it. A keeper manages the documents; a writer
 * makes one and sends it to a reader, in a message. The reader gets a copy of its own, and a page is copied only when
 * one of the two writes to it.
 */
#include <l3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <tool.h>
#include <unistd.h>

static const char help[] = "Usage: l3-document\nSend a document from one process to another without copying it.\n";

#define PAGES 16u
#define BYTES (PAGES * L3_PAGE_BYTES)
#define RIGHTS (L3_RIGHT_READ | L3_RIGHT_WRITE)
#define DOCUMENTS 4u
#define FRAMES (DOCUMENTS * PAGES)
/* Asks the keeper how many frames are in use. */
#define COUNT 1u

/* The keeper: documents of tasks, whose pages are frames that several may share. Frame 0 is none. */
struct document {
  l3_id task;
  unsigned number, ticket;
  unsigned char frame[PAGES];
};
static struct document documents[DOCUMENTS];
static char frames[FRAMES + 1][L3_PAGE_BYTES] __attribute__((aligned(4096)));
static unsigned char references[FRAMES + 1];

static struct document *find(l3_id task, unsigned number) {
  for (struct document *document = documents; document < documents + DOCUMENTS; document++)
    if (document->task == task && document->number == number) return document;
  return 0;
}

static unsigned new_frame(void) {
  for (unsigned frame = 1; frame <= FRAMES; frame++)
    if (references[frame] == 0) {
      references[frame] = 1;
      return frame;
    }
  return 0;
}

static void forget(struct document *document) {
  for (unsigned page = 0; page < PAGES; page++) {
    unsigned frame = document->frame[page];

    if (frame == 0) continue;
    references[frame]--;
    l3_unmap(l3_page(frames[frame], 0), L3_UNMAP_FLUSH);
  }
  memset(document, 0, sizeof *document);
}

/* The first fault of a task at number 1 makes an empty document. A page that is shared is mapped for reading, and
 * copied for writing. */
static l3_fpage serve_fault(struct l3_pager *pager, const struct l3_fault *fault) {
  l3_id task = l3_task_of(fault->client);
  struct document *document = find(task, fault->data_space);
  unsigned page = fault->offset / L3_PAGE_BYTES, old, frame;

  (void)pager;
  if (page >= PAGES) return L3_REFUSE_BEYOND_END;
  if (!document) {
    document = fault->data_space == 1 ? find(L3_NIL, 0) : 0;
    if (!document) return L3_REFUSE_NO_REGION;
    document->task = task;
    document->number = 1;
  }
  frame = old = document->frame[page];
  if (old == 0 || (fault->write && references[old] > 1)) {
    frame = new_frame();
    if (frame == 0) return L3_REFUSE_NO_MEMORY;
    memcpy(frames[frame], frames[old], L3_PAGE_BYTES);
    if (old != 0) references[old]--;
    document->frame[page] = frame;
  }
  return l3_page(frames[frame], references[frame] == 1 ? L3_FPAGE_WRITE : 0);
}

/* A copy has the same frames, which nobody may write to any more. */
static unsigned serve_copy(struct l3_pager *pager, const struct l3_copy *copy, unsigned *number) {
  const struct document *source = find(l3_task_of(copy->client), copy->data_space);
  struct document *target = find(L3_NIL, 0);

  (void)pager;
  if (!source) return L3_REFUSE_NO_REGION;
  if (!target) return L3_REFUSE_NO_MEMORY;
  memcpy(target->frame, source->frame, sizeof target->frame);
  for (unsigned page = 0; page < PAGES; page++) {
    unsigned frame = source->frame[page];

    if (frame == 0) continue;
    references[frame]++;
    l3_unmap(l3_page(frames[frame], 0), L3_UNMAP_READ_ONLY);
  }
  target->task = l3_task_of(copy->owner);
  target->ticket = copy->ticket;
  for (*number = 2; find(target->task, *number);) ++*number;
  target->number = *number;
  return 0;
}

static unsigned serve_release(struct l3_pager *pager, l3_id owner, unsigned number) {
  struct document *document = find(l3_task_of(owner), number);

  (void)pager;
  if (!document) return L3_REFUSE_NO_REGION;
  forget(document);
  return 0;
}

static void serve_discard(struct l3_pager *pager, l3_id owner, unsigned ticket) {
  (void)pager;
  for (struct document *document = documents; document < documents + DOCUMENTS; document++)
    if (document->task == l3_task_of(owner) && document->number > 1 && document->ticket == ticket) forget(document);
}

static int serve_request(struct l3_pager *pager, l3_id client, unsigned words[3]) {
  (void)pager, (void)client;
  if (words[0] != COUNT) return 0;
  words[0] = 0;
  for (unsigned frame = 1; frame <= FRAMES; frame++) words[0] += references[frame] > 0;
  return 1;
}

static void keep(void) {
  struct l3_pager pager = {.fault = serve_fault,
                           .request = serve_request,
                           .copy = serve_copy,
                           .release = serve_release,
                           .discard = serve_discard};

  l3_pager_loop(&pager);
}

static unsigned frames_of(l3_id keeper) {
  unsigned words[3] = {COUNT, 0, 0};

  return l3_error(l3_call(keeper, L3_SHORT, words, L3_SHORT, L3_NO_TIMEOUTS)) ? 0 : words[0];
}

typedef L3_MESSAGE_DATA_SPACES(3, 0, 1) document_message;

/* The reader: takes a document, reads it, changes it, and answers. */
static void read_document(void) {
  document_message message;
  unsigned words[3];
  l3_id writer;
  char *text;

  l3_message_init_data_spaces(&message);
  l3_code code = l3_wait(&writer, words, L3_LONG(&message), L3_NO_TIMEOUTS);
  /* A message that failed: wait for the next. */
  if (l3_error(code) || L3_DOPE_DATA_SPACES(code) != 1) return;
  l3_id keeper = message.data_space[0].manager;
  unsigned number = message.data_space[0].number;
  text = l3_attach(BYTES, keeper, number, 0, RIGHTS);
  if (!text) die_errno(1, "reader");
  printf("reader: a document of %u pages; the last one: %s\n", words[0], text + (words[0] - 1) * L3_PAGE_BYTES);
  printf("reader: the keeper has %u frames\n", frames_of(keeper));
  strcpy(text, "the reader was here");
  printf("reader: page 1 is now: %s; the keeper has %u frames\n", text, frames_of(keeper));
  l3_detach(text, BYTES);
  number = l3_data_space_release(keeper, number);
  printf("reader: given up: %u; the keeper has %u frames\n", number, frames_of(keeper));
  fflush(stdout);
  l3_send(writer, L3_SHORT, words, L3_NO_TIMEOUTS);
}

static void write_document(l3_id keeper, l3_id reader) {
  document_message message;
  unsigned words[3] = {PAGES, 0, 0};
  char *text = l3_attach(BYTES, keeper, 1, 0, RIGHTS);

  if (!text) die_errno(1, "writer");
  for (unsigned page = 0; page < PAGES; page++)
    sprintf(text + page * L3_PAGE_BYTES, "page %u, as it was written", page + 1);
  printf("writer: the keeper has %u frames\n", frames_of(keeper));
  fflush(stdout);
  l3_message_init_data_spaces(&message);
  message.send_dope = L3_LONG_DOPE(3, 0, 1);
  message.data_space[0] = (struct l3_data_space){keeper, 1};
  l3_code code = l3_call(reader, L3_LONG(&message), words, L3_SHORT, L3_NO_TIMEOUTS);
  if (l3_error(code)) die(1, "writer: %s", l3_strerror(code));
  printf("writer: page 1 is still: %s\n", text);
  message.data_space[0].number = 7;
  code = l3_send(reader, L3_LONG(&message), words, L3_NO_TIMEOUTS);
  printf("writer: a document that there is not: %s\n", l3_strerror(code));
}

/* Starts a process, and waits until it has told its id. */
static l3_id start(void (*body)(void), pid_t *child) {
  l3_id id;
  int ends[2];

  if (pipe(ends) != 0) die_errno(1, "pipe");
  *child = fork();
  if (*child < 0) die_errno(1, "fork");
  if (*child == 0) {
    id = l3_myself();
    write(ends[1], &id, sizeof id);
    for (;;) body();
  }
  if (read(ends[0], &id, sizeof id) != sizeof id) die(1, "no process");
  return id;
}

int main(int argc, char **argv) {
  pid_t keeper, reader;

  no_options(argc, argv, help);
  l3_id manager = start(keep, &keeper), partner = start(read_document, &reader);
  write_document(manager, partner);
  kill(reader, SIGKILL);
  kill(keeper, SIGKILL);
  waitpid(reader, 0, 0);
  waitpid(keeper, 0, 0);
  return finish(0);
}
