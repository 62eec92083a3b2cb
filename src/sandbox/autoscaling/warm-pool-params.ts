import { AwsFault, type WarmPoolSpec } from './model.ts';
import { flag, optionalNumber, type QueryParams } from './params.ts';

/** The parameters of PutWarmPool; what is absent stays. -1 means that there is no maximum of its own. */
export function warmPoolOf(params: QueryParams): Partial<WarmPoolSpec> {
  const minSize = optionalNumber(params, 'MinSize');
  const most = optionalNumber(params, 'MaxGroupPreparedCapacity');
  const poolState = params.get('PoolState');
  if (
    poolState !== null &&
    poolState !== 'Stopped' &&
    poolState !== 'Running' &&
    poolState !== 'Hibernated'
  ) {
    throw new AwsFault('ValidationError', `${poolState} is not a valid value for PoolState`);
  }
  const reuse = 'InstanceReusePolicy.ReuseOnScaleIn';
  return {
    ...(minSize === undefined ? {} : { minSize }),
    ...(most === undefined ? {} : { maxGroupPreparedCapacity: most < 0 ? null : most }),
    ...(poolState && { poolState }),
    ...(params.has(reuse) && { reuseOnScaleIn: flag(params, reuse) }),
  };
}
