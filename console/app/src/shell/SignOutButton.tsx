import { IconButton } from '@radix-ui/themes';
import { LogOut } from 'lucide-react';

import { switchUser } from '../api/client';
import { credential, refusal } from '../signin/credentials';
import { useStore } from '../ui/store';

/** Only for those who have signed in: a local user has nothing to sign out with. */
export function SignOutButton() {
  if (useStore(credential) === null) return null;
  return (
    <IconButton
      variant="ghost"
      color="gray"
      size="3"
      aria-label="Sign out"
      title="Sign out"
      onClick={async () => {
        refusal.set('You have signed out.');
        await switchUser(null);
      }}
    >
      <LogOut size={18} aria-hidden />
    </IconButton>
  );
}
