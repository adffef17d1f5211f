/**
 * A ring of pages, in memory or only remembered, with hands: a hand that points to a page moves on when the page is removed.
 *
 * Layer beneath: none.
 */

export class RingPage {
  readonly page: number;
  /** Its frame, or undefined when it is only remembered. */
  frame: number | undefined;
  hot = false;
  /** In its test period: a use now makes it hot. */
  test: boolean;
  next: RingPage = this;
  previous: RingPage = this;

  constructor(page: number, frame: number, test: boolean) {
    this.page = page;
    this.frame = frame;
    this.test = test;
  }
}

export class PageRing<Hand extends string> {
  size = 0;
  /** Where each hand points; undefined while the ring is empty. */
  readonly hands: Record<Hand, RingPage | undefined>;
  private readonly names: readonly Hand[];

  constructor(names: readonly Hand[]) {
    this.names = names;
    this.hands = Object.fromEntries(names.map((name) => [name, undefined])) as Record<Hand, undefined>;
  }

  /** Puts a page where a hand comes last. */
  addBehind(hand: Hand, page: RingPage): void {
    const place = this.hands[hand];
    if (place) {
      page.next = place;
      page.previous = place.previous;
      place.previous.next = page;
      place.previous = page;
    } else {
      for (const name of this.names) this.hands[name] = page;
    }
    this.size++;
  }

  remove(page: RingPage): void {
    this.size--;
    for (const name of this.names) {
      if (this.hands[name] === page) this.hands[name] = this.size === 0 ? undefined : page.next;
    }
    page.previous.next = page.next;
    page.next.previous = page.previous;
    page.next = page;
    page.previous = page;
  }
}
