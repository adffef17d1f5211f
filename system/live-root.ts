/**
 * The root file system as the library's users see it while the system runs. The Unix server holds attributes and names of its own, so
 * before a look it is made to write them out, and after one it takes over what was changed, before the machine goes on.
 * Callback and stream functions only see what is there when they are called. Modes count as memfs has it: for the host's user, even if it
 * is root.
 */

/** The server's side; asked only while the machine stands still. */
interface FileServer {
  syncFiles(): void;
  filesChanged(): void;
}

type AnyFunction = (...args: unknown[]) => unknown;

/** What a function of the file system becomes for its users. */
export type Adapter = (name: string, work: AnyFunction) => AnyFunction;

/** @typeParam Files an object with Node's `fs` interface */
export class LiveRoot<Files extends object> {
  readonly fs: Files;
  private readonly server: FileServer;
  private readonly adapt: Adapter;
  /** The machine has not run since the server wrote everything out. */
  private isSettled = false;
  private isTouched = false;

  /** @param adapt what a host's users see of each function besides */
  constructor(volume: Files, server: FileServer, adapt: Adapter = (_name, work) => work) {
    this.server = server;
    this.adapt = adapt;
    this.fs = this.watched(volume);
  }

  /** To be called before each turn of the machine. */
  beforeRun(): void {
    this.isSettled = false;
    if (!this.isTouched) return;
    this.isTouched = false;
    this.server.filesChanged();
  }

  private touch(): void {
    if (!this.isSettled) this.server.syncFiles();
    this.isSettled = true;
    this.isTouched = true;
  }

  /** The object with its functions announced to the server; those of `promises` also when they are done. */
  private watched<T extends object>(object: T): T {
    return new Proxy(object, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (key === "promises") return this.watched(value as object);
        if (typeof value !== "function" || /^[A-Z]/.test(String(key))) return value;
        const work = this.adapt(String(key), (...args) => (value as AnyFunction).apply(target, args));
        return (...args: unknown[]) => {
          this.touch();
          const result = work(...args);
          return result instanceof Promise ? result.finally(() => this.touch()) : result;
        };
      },
    });
  }
}
