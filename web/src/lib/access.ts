// What the token may do, so that what it may not do is shown as such and never a surprise.
import { useQuery } from '@tanstack/react-query';
import type { Role } from '@tenantry/react/client';
import { whoami } from './fleet';

const ranks: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

export const atLeast = (role: Role | undefined, needed: Role): boolean =>
  role !== undefined && ranks[role] >= ranks[needed];

/** Why the caller may not do what needs this role; nothing when they may. */
export function useRefusal(needed: Role): string | undefined {
  const { data } = useQuery(whoami());
  if (!data || atLeast(data.role, needed)) return undefined;
  return `This needs the role ${needed}; the token “${data.name}” is ${data.role === 'viewer' ? 'a viewer' : `an ${data.role}`}.`;
}
