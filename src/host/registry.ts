/** What is on offer, by id, and who offers it. */
import { Fault } from '../values/fault.ts';

/** One contribution and the plugin that owns it. */
export interface Offer<Contribution> {
  readonly id: string;
  readonly plugin: string;
  readonly pluginVersion: string;
  readonly contribution: Contribution;
}

/** A contribution that a broken plugin promised. */
export interface Broken {
  readonly id: string;
  readonly plugin: string;
  readonly why: string;
}

export class Registry<Contribution> {
  /** In the order in which the plugins were found. */
  readonly offers: readonly Offer<Contribution>[];
  readonly #word: string;
  readonly #byId: ReadonlyMap<string, Offer<Contribution>>;
  readonly #broken: readonly Broken[];

  /** `word` is what messages call one of them: `strategy`. Ids must be unique: `loadPlugins` refuses duplicates before. */
  constructor(word: string, offers: readonly Offer<Contribution>[], broken: readonly Broken[] = []) {
    this.offers = offers;
    this.#word = word;
    this.#byId = new Map(offers.map((offer) => [offer.id, offer]));
    this.#broken = broken;
  }

  get(id: string): Contribution | undefined {
    return this.#byId.get(id)?.contribution;
  }

  offer(id: string): Offer<Contribution> | undefined {
    return this.#byId.get(id);
  }

  /** Throws UNKNOWN_TYPE with the known ids, or PLUGIN_BROKEN when a plugin that failed to start promised it. */
  require(id: string, field: string): Contribution {
    const found = this.#byId.get(id);
    if (found !== undefined) return found.contribution;
    const broken = this.#broken.find((promise) => promise.id === id);
    if (broken !== undefined) {
      const description = `${this.#word} ${id} belongs to plugin ${broken.plugin}, which is broken: ${broken.why}`;
      throw new Fault('PLUGIN_BROKEN', description, { plugin: broken.plugin }, [{ field, description }]);
    }
    const known = this.offers.map((offer) => offer.id).join(', ');
    const description = `there is no ${this.#word} ${JSON.stringify(id)}; known are ${known === '' ? 'none' : known}`;
    throw new Fault('UNKNOWN_TYPE', `${field}: ${description}`, { type: id }, [{ field, description }]);
  }
}
