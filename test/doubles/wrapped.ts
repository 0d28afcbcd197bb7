/** `real` with some of its verbs replaced: for what stands between the engine and what it works with. */
export function wrapped<Port extends object>(real: Port, verbs: Partial<Port>): Port {
  return new Proxy(real, {
    get(target, name) {
      if (Object.hasOwn(verbs, name)) return Reflect.get(verbs, name);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
