interface Props {
  label: string;
  emptyLabel: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

/** The select of the browser: it works well on phones, and needs no inline style. */
export function NativeSelect({ label, emptyLabel, value, options, onChange }: Props) {
  const isKnown = value === '' || options.some((option) => option.value === value);
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{emptyLabel}</option>
      {!isKnown && <option value={value}>{label}: as in the address</option>}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
