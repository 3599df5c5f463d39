import { IconButton, TextField } from '@radix-ui/themes';
import { Search, X } from 'lucide-react';
import { useState } from 'react';
import { useDebouncedCallback } from 'use-debounce';

const DEBOUNCE_MS = 300;

interface Props {
  value: string;
  onSearch: (value: string) => void;
}

/** A debounced search field. */
export function SearchField({ value, onSearch }: Props) {
  const [typed, setTyped] = useState(value);
  const [lastValue, setLastValue] = useState(value);
  const searchLater = useDebouncedCallback(onSearch, DEBOUNCE_MS);
  // The URL has changed by other means than typing, such as the back button.
  if (value !== lastValue) {
    setLastValue(value);
    if (value !== typed.trim()) setTyped(value);
  }

  function search(text: string) {
    setTyped(text);
    searchLater(text.trim());
  }

  return (
    <TextField.Root
      type="search"
      placeholder="Search sessions"
      aria-label="Search sessions"
      className="search"
      value={typed}
      onChange={(event) => search(event.target.value)}
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
            onClick={() => search('')}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </TextField.Slot>
      )}
    </TextField.Root>
  );
}
