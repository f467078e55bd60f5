/** Finds the method of a request by the `google.api.http` templates: exactly those paths, nothing else. */
import type { DescMethod } from '@bufbuild/protobuf';

import type { HttpRule, Schema } from './schema.ts';

export interface Route {
  readonly method: DescMethod;
  readonly rule: HttpRule;
  readonly expression: RegExp;
  /** Field paths of the variables, in the order of the groups of `expression`. */
  readonly variables: readonly string[];
}

export interface Match {
  readonly route: Route;
  /** Field path and value of each variable. */
  readonly bindings: ReadonlyMap<string, string>;
}

const variable = /\{([a-z_.]+)(?:=([^}]+))?\}/g;
const escaped = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** `portfolios/*` becomes `portfolios\/[^/:]+`; a lone variable is one segment. */
function segmentExpression(pattern: string): string {
  return pattern
    .split('/')
    .map((segment) => (segment === '*' ? '[^/:]+' : escaped(segment)))
    .join('\\/');
}

export function routeOf(method: DescMethod, rule: HttpRule): Route {
  const variables: string[] = [];
  let expression = '';
  let last = 0;
  for (const found of rule.template.matchAll(variable)) {
    expression += escaped(rule.template.slice(last, found.index));
    expression += `(${segmentExpression(found[2] ?? '*')})`;
    variables.push(found[1] ?? '');
    last = found.index + found[0].length;
  }
  expression += escaped(rule.template.slice(last));
  return { method, rule, expression: new RegExp(`^${expression}$`), variables };
}

export function routesOf(schema: Schema): readonly Route[] {
  return schema.methods.flatMap((method) => {
    const rule = schema.httpRule(method);
    return rule === undefined ? [] : [routeOf(method, rule)];
  });
}

/** The route, the verbs that the path would allow, or nothing. */
export function matchRoute(
  routes: readonly Route[],
  verb: string,
  path: string,
): Match | { readonly allowed: readonly string[] } {
  const allowed = new Set<string>();
  for (const route of routes) {
    const found = route.expression.exec(path);
    if (found === null) continue;
    if (route.rule.verb !== verb) {
      allowed.add(route.rule.verb);
      continue;
    }
    return {
      route,
      bindings: new Map(route.variables.map((field, index) => [field, decodeURIComponent(found[index + 1] ?? '')])),
    };
  }
  return { allowed: [...allowed].sort() };
}
