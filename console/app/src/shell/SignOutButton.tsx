import { IconButton } from '@radix-ui/themes';
import { LogOut } from 'lucide-react';
import { useStore } from 'zustand';

import { switchUser } from '../api/client';
import { authStore } from '../signin/credentials';

/** Shown to users with a credential: a local user has none. */
export function SignOutButton() {
  if (useStore(authStore, (state) => state.credential) === null) return null;
  return (
    <IconButton
      variant="ghost"
      color="gray"
      size="3"
      aria-label="Sign out"
      title="Sign out"
      onClick={async () => {
        authStore.setState({ signInReason: 'You have signed out.' });
        await switchUser(null);
      }}
    >
      <LogOut size={18} aria-hidden />
    </IconButton>
  );
}
