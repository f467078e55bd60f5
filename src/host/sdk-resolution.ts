/**
 * Lets a plugin that lies outside this package import the contract by the name that is printed in its documentation. Inside the
 * package the name resolves by `exports`; a stranger's directory has no such package beside it, and must get this very copy:
 * two copies of the contract would not know each other.
 */
import { registerHooks } from 'node:module';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

const addresses: ReadonlyMap<string, string> = new Map([
  ['@veritasvault/portfolio/sdk/v1', new URL(`../sdk/v1/index.${extension}`, import.meta.url).href],
  ['@veritasvault/portfolio/sdk/v1/testing', new URL(`../sdk/v1/testing/index.${extension}`, import.meta.url).href],
]);

/** Resolves a package from a directory that is not the one of the importing file: see `packageSpecifier`. */
const packagePrefix = 'portfolio-plugin:';

let registered = false;

/** Maps exactly the specifiers of the SDK to this package's files. Each thread has to call it once; more calls do nothing. */
export function resolveSdk(): void {
  if (registered) return;
  registered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const address = addresses.get(specifier);
      if (address !== undefined) return nextResolve(address, context);
      if (!specifier.startsWith(packagePrefix)) return nextResolve(specifier, context);
      const { name, parentURL } = JSON.parse(
        decodeURIComponent(specifier.slice(packagePrefix.length)),
      ) as PackageRequest;
      return nextResolve(name, { ...context, parentURL });
    },
  });
}

interface PackageRequest {
  readonly name: string;
  readonly parentURL: string;
}

/** What to `import()` to get npm package `name` as a file in `directory` would get it. Needs `resolveSdk`. */
export function packageSpecifier(name: string, directoryUrl: string): string {
  const request: PackageRequest = { name, parentURL: new URL('./plugins.config', directoryUrl).href };
  return `${packagePrefix}${encodeURIComponent(JSON.stringify(request))}`;
}
