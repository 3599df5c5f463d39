import { useOutletContext } from 'react-router';

import type { Role } from '../gql/graphql';

export interface Viewer {
  id: string | null;
  isLoaded: boolean;
  /** Whether the role may start, change and claim sessions. */
  canWrite: boolean;
}

/** Until the query has loaded, the viewer is read-only. */
export function toViewer(user: { id: string; role: Role } | undefined): Viewer {
  return {
    id: user?.id ?? null,
    isLoaded: user !== undefined,
    canWrite: user !== undefined && user.role !== 'VIEWER',
  };
}

/** For pages inside the shell, which loads the viewer. */
export function useViewer(): Viewer {
  return useOutletContext<Viewer>();
}
