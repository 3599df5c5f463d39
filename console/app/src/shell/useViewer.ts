import { useOutletContext } from 'react-router';

import type { Role } from '../gql/graphql';

export interface Viewer {
  id: string | null;
  isLoaded: boolean;
  /** Whether they start, change and claim sessions, or read only. */
  canWrite: boolean;
}

/** Who looks. Until that is known, somebody who reads. */
export function toViewer(user: { id: string; role: Role } | undefined): Viewer {
  return {
    id: user?.id ?? null,
    isLoaded: user !== undefined,
    canWrite: user !== undefined && user.role !== 'VIEWER',
  };
}

/** For pages: the shell around them has asked. */
export function useViewer(): Viewer {
  return useOutletContext<Viewer>();
}
