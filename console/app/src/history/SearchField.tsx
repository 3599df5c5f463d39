import { IconButton, TextField } from '@radix-ui/themes';
import { Search, X } from 'lucide-react';

interface Props {
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ value, onChange }: Props) {
  return (
    <TextField.Root
      type="search"
      dir="auto"
      placeholder="Search sessions"
      aria-label="Search sessions"
      className="search"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <TextField.Slot>
        <Search size={16} aria-hidden />
      </TextField.Slot>
      {value !== '' && (
        <TextField.Slot>
          <IconButton
            type="button"
            size="1"
            variant="ghost"
            color="gray"
            aria-label="Clear the search"
            onClick={() => onChange('')}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </TextField.Slot>
      )}
    </TextField.Root>
  );
}
