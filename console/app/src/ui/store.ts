import { useSyncExternalStore } from 'react';

/** A value outside of React that components can watch. */
export class Store<Value> {
  #value: Value;
  #watchers = new Set<() => void>();

  constructor(value: Value) {
    this.#value = value;
  }

  get = () => this.#value;

  set = (value: Value) => {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.#watchers.forEach((tell) => tell());
  };

  watch = (tell: () => void) => {
    this.#watchers.add(tell);
    return () => {
      this.#watchers.delete(tell);
    };
  };
}

export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.watch, store.get);
}
