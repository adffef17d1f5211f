/** A record with other values under the same keys, which its type keeps. */
export function mapValues<K extends string, A, B>(record: Readonly<Record<K, A>>, make: (value: A, key: K) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, make(value, key as K)])) as Record<K, B>;
}
