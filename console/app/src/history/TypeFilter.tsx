import { assertNever } from '../ui/assertNever';

const PILLS = ['', 'guided', 'chat'] as const;
type Pill = (typeof PILLS)[number];

function pillLabel(pill: Pill): string {
  switch (pill) {
    case '':
      return 'All';
    case 'guided':
      return 'Guided';
    case 'chat':
      return 'Chat';
    default:
      return assertNever(pill);
  }
}

export function TypeFilter({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <div className="pills" role="group" aria-label="Kind of session">
      {PILLS.map((pill) => (
        <button
          key={pill}
          type="button"
          aria-pressed={value === pill}
          onClick={() => onChange(pill)}
        >
          {pillLabel(pill)}
        </button>
      ))}
    </div>
  );
}
