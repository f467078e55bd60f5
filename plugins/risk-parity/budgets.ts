/** Who is to carry how much of the risk: equal parts, parts by asset, parts by group, or both. */
import { groupOf, unknownAssets } from '@veritasvault/portfolio/sdk/v1';
import type { Situation, UniverseAsset, Violation } from '@veritasvault/portfolio/sdk/v1';

export interface RiskBudgets {
  readonly budgets?: Readonly<Record<string, number>>;
  readonly groups?: { readonly taxonomy: string; readonly budgets: Readonly<Record<string, number>> };
  readonly invested?: number;
}

/** An asset's part before groups: 1 when no budgets are given by asset, 0 when others are named. */
function ownPart({ id }: UniverseAsset, { budgets }: RiskBudgets): number {
  if (budgets === undefined) return 1;
  return Object.hasOwn(budgets, id) ? budgets[id]! : 0;
}

/** What a user can mend, as field paths below the parameters. */
export function admitBudgets(parameters: RiskBudgets, { universe }: Situation): readonly Violation[] {
  const { budgets = {}, groups } = parameters;
  const fieldOf = (id: string): string => `budgets[${JSON.stringify(id)}]`;
  const violations: Violation[] = [...unknownAssets(Object.keys(budgets), universe, fieldOf)];
  const outside = universe.assets.filter((asset) => {
    if (groups === undefined || !Object.hasOwn(budgets, asset.id) || budgets[asset.id] === 0) return false;
    const name = groupOf(asset, groups.taxonomy);
    return name === undefined || !Object.hasOwn(groups.budgets, name);
  });
  for (const { id } of outside)
    violations.push({
      field: fieldOf(id),
      description: `asset ${id} belongs to none of the groups that have a budget`,
    });
  for (const name of Object.keys(groups?.budgets ?? {})) {
    const members = universe.assets.filter((asset) => groupOf(asset, groups!.taxonomy) === name);
    if (members.some((asset) => ownPart(asset, parameters) > 0)) continue;
    const description =
      members.length === 0
        ? `no asset of the universe has ${groups!.taxonomy} ${JSON.stringify(name)}`
        : `none of the assets of this group is named in budgets`;
    violations.push({ field: `groups.budgets[${JSON.stringify(name)}]`, description });
  }
  return violations;
}

/** (n) shares of the risk, sum 1; 0 for what cannot be held, is not named, or lies outside the groups named. All 0 when nothing is left. */
export function sharesOf(parameters: RiskBudgets, { universe }: Situation, holdable: readonly boolean[]): Float64Array {
  const { groups } = parameters;
  const parts = Float64Array.from(universe.assets, (asset, i) => (holdable[i]! ? ownPart(asset, parameters) : 0));
  if (groups !== undefined) {
    const names = universe.assets.map((asset) => groupOf(asset, groups.taxonomy));
    const totals = new Map<string, number>();
    names.forEach((name, i) => {
      if (name !== undefined) totals.set(name, (totals.get(name) ?? 0) + parts[i]!);
    });
    names.forEach((name, i) => {
      const budget = name !== undefined && Object.hasOwn(groups.budgets, name) ? groups.budgets[name]! : 0;
      // An asset outside all groups has no total to share.
      parts[i] = budget > 0 && parts[i]! > 0 ? (budget * parts[i]!) / totals.get(name!)! : 0;
    });
  }
  const total = parts.reduce((sum, part) => sum + part, 0);
  return total > 0 ? parts.map((part) => part / total) : parts;
}
