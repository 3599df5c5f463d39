import { IconButton, TextField } from '@radix-ui/themes';
import { Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 300;

interface Props {
  value: string;
  onSearch: (value: string) => void;
}

/** Searches when whoever types pauses. */
export function SearchField({ value, onSearch: change }: Props) {
  const [typed, setTyped] = useState(value);
  const [seen, setSeen] = useState(value);
  const timer = useRef<number>(undefined);
  // The address has changed by other means than typing here: going back, for one.
  if (value !== seen) {
    setSeen(value);
    if (value !== typed.trim()) setTyped(value);
  }
  useEffect(() => () => window.clearTimeout(timer.current), []);

  function type(text: string) {
    setTyped(text);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => change(text.trim()), PAUSE_MS);
  }

  return (
    <TextField.Root
      type="search"
      placeholder="Search sessions"
      aria-label="Search sessions"
      className="search"
      value={typed}
      onChange={(event) => type(event.target.value)}
    >
      <TextField.Slot>
        <Search size={16} aria-hidden />
      </TextField.Slot>
      {typed !== '' && (
        <TextField.Slot>
          <IconButton
            size="1"
            variant="ghost"
            color="gray"
            aria-label="Clear the search"
            onClick={() => type('')}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </TextField.Slot>
      )}
    </TextField.Root>
  );
}
