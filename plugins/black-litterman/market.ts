/** What the strategy is asked, and what it reads from its task. */
import type { BlendedViews, JsonObject, Task } from '@veritasvault/portfolio/sdk/v1';

export interface BlackLitterman {
  readonly objective: { readonly type: string; readonly parameters: JsonObject };
  readonly covariance: 'prior' | 'predictive';
}

export function blendedOf<Parameters>(task: Task<Parameters>): BlendedViews {
  const { blended } = task.estimates;
  if (blended === undefined) throw new Error('the host must blend views: the strategy lists them among its needs');
  return blended;
}
