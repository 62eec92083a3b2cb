import { AwsFault } from './model.ts';

/** The parameters of one call, flat as the Query protocol sends them. */
export type QueryParams = URLSearchParams;

/** `Name.member.1`, `Name.member.2`, … */
export function listOf(params: QueryParams, name: string): string[] {
  const list: string[] = [];
  for (let index = 1; params.has(`${name}.member.${index}`); index += 1) {
    list.push(params.get(`${name}.member.${index}`) ?? '');
  }
  return list;
}

/** Whether a thing is among those asked for; without a list all are. */
export function named(params: QueryParams, list: string): (name: string) => boolean {
  const names = listOf(params, list);
  return (name) => names.length === 0 || names.includes(name);
}

export const text = (params: QueryParams, name: string): string => {
  const value = params.get(name);
  if (value === null || value === '') throw new AwsFault('ValidationError', `${name} is required`);
  return value;
};

export const flag = (params: QueryParams, name: string) => params.get(name) === 'true';

export function number(params: QueryParams, name: string): number {
  const value = text(params, name);
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new AwsFault('ValidationError', `${value} is not a valid value for ${name}: it must be an integer`);
}

export const optionalNumber = (params: QueryParams, name: string) =>
  params.has(name) ? number(params, name) : undefined;

/** One page of a list, and the token of the next one where there is more. */
export function paged<T>(params: QueryParams, all: readonly T[], most = 100) {
  const start = params.has('NextToken') ? number(params, 'NextToken') : 0;
  const end = start + Math.min(most, optionalNumber(params, 'MaxRecords') ?? most);
  return { page: all.slice(start, end), more: end < all.length ? { NextToken: String(end) } : {} };
}
