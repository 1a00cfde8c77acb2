/** The part of the WebAssembly JavaScript interface that the engine uses; Node's types leave it to the browser's library. */
declare namespace WebAssembly {
  type ModuleImports = Record<string, (...values: never[]) => unknown>;
  type Exports = Readonly<Record<string, unknown>>;

  class Instance {
    constructor(module: Module, imports: Record<string, ModuleImports>);
    readonly exports: Exports;
  }

  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
  }

  function compile(bytes: Uint8Array): Promise<Module>;
}
